/** The head of the talk: which room this is, who is in it; and the tab's title. */

import { words } from '../words.js';
import { find, icon, name } from './template.js';

export class Head {
  #root;
  #room = null;
  #unseen = 0;
  #leave = new AbortController();

  constructor(root) {
    this.#root = root;
  }

  /** @param {import('../models/room.js').Room | null} room */
  show(room) {
    this.#leave.abort();
    this.#leave = new AbortController();
    this.#room = room;
    const { signal } = this.#leave;
    room?.addEventListener('described', () => this.#draw(), { signal });
    room?.addEventListener('people', () => this.#draw(), { signal });
    this.#draw();
  }

  /** Something was said while nobody looked. */
  heard() {
    this.#unseen += 1;
    this.#title();
  }

  /** Somebody looks again. */
  seen() {
    this.#unseen = 0;
    this.#title();
  }

  #draw() {
    const room = this.#room;
    find(this.#root, 'kind').replaceChildren(...(room?.kind === 'closed' ? [lock()] : []));
    find(this.#root, 'name').textContent = room?.name ?? '';
    find(this.#root, 'topic').textContent = room?.topic ?? '';
    const people = find(this.#root, 'people');
    people.hidden = !room;
    const count = room?.presence.count ?? 0;
    find(people, 'count').textContent = count ? count.toLocaleString() : '';
    name(people, words.showPeople(count));
    this.#title();
  }

  #title() {
    document.title = words.title(this.#room?.name, this.#unseen);
  }
}

function lock() {
  const closed = icon('lock');
  closed.removeAttribute('aria-hidden');
  closed.setAttribute('role', 'img');
  name(closed, words.closedRoom);
  return closed;
}
