/**
 * What stands at the ends of the messages: above, the shape of what is loading, where the room begins, or what went
 * wrong; below, what went wrong there.
 */

import { words } from '../words.js';
import { find } from './template.js';

export class Ends {
  #head;
  #tail;
  #again;

  /** @param {(end: 'before' | 'after') => void} again called when somebody wants what failed to be tried once more */
  constructor(root, again) {
    this.#head = find(root, 'head');
    this.#tail = find(root, 'tail');
    this.#again = again;
  }

  connect(signal) {
    for (const [place, end] of [[this.#head, 'before'], [this.#tail, 'after']]) {
      find(place, 'again').addEventListener('click', () => this.#again(end), { signal });
    }
  }

  /**
   * @param {{waiting: boolean, above: boolean}} beside `waiting`: messages of mine are on their way there; `above`:
   *   there are older ones than those shown. Their shape stays until they are: without it, what is below would jump
   */
  show(room, { waiting, above }) {
    const run = room.shown;
    const loaded = room.loaded || room.passage;
    const empty = loaded && !run.messages.length && !waiting;
    const failed = room.failed || run.failed.has('before');
    const state = failed ? 'failed' : !loaded || run.more || above ? 'loading' : empty ? 'empty' : 'beginning';
    this.#head.dataset.state = state;
    find(this.#head, 'shape').hidden = state !== 'loading';
    find(this.#head, 'said').hidden = state === 'loading';
    find(this.#head, 'again').hidden = state !== 'failed';
    find(this.#head, 'title').textContent = state === 'empty' ? words.emptyTitle(room) : '';
    find(this.#head, 'text').textContent = {
      loading: '',
      failed: room.loaded ? words.olderFailed : words.latestFailed,
      empty: words.empty(room),
      beginning: words.beginning(room),
    }[state];
    this.#tail.hidden = !run.failed.has('after');
  }
}
