/**
 * The messages of a room, as a window on them that grows and shrinks while one scrolls.
 *
 * The place belongs to the reader: at the end it follows what is said, anywhere else it stays on the line being
 * read, whatever is added or taken away above and below.
 */

import { lines, Stretch } from '../models/lines.js';
import { words } from '../words.js';
import { build, update } from './row.js';
import { find, name } from './template.js';

const NEAR = 2; // in heights of the view: loading starts before the end is in sight
const AT_END = 40;

export class Timeline {
  #chat;
  #outbox;
  #scroller;
  #list;
  #head;
  #pill;
  #room = null;
  #leave = new AbortController();
  #size = new ResizeObserver(() => this.#stuck && this.#toBottom());
  #rows = new Map();
  #places = new Map();
  #stretch = new Stretch();
  #stuck = true;
  #measured = ''; // the sizes at which we last went to the end
  #unseen = 0;
  #frame = 0;
  #live = false;

  constructor(root, { chat, outbox }) {
    this.#chat = chat;
    this.#outbox = outbox;
    this.#scroller = find(root, 'scroller');
    this.#list = find(root, 'list');
    this.#head = find(root, 'head');
    this.#pill = find(root, 'pill');
  }

  connect(signal) {
    this.#scroller.addEventListener('scroll', () => this.#scrolled(), { signal, passive: true });
    this.#list.addEventListener('click', (event) => this.#act(event), { signal });
    this.#pill.addEventListener('click', () => this.#followed(), { signal });
    find(this.#head, 'again').addEventListener('click', () => this.#fetch(), { signal });
    this.#outbox.addEventListener('changed', ({ detail }) => this.#ours(detail), { signal });
    this.#chat.addEventListener('me', () => this.#later(), { signal });
    this.#size.observe(this.#scroller);
    this.#size.observe(this.#list);
    signal.addEventListener('abort', () => this.disconnect());
  }

  disconnect() {
    this.#leave.abort();
    this.#size.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** @param {import('../models/room.js').Room | null} room */
  show(room) {
    this.#remember();
    this.#leave.abort();
    this.#leave = new AbortController();
    this.#room = room;
    this.#list.replaceChildren();
    this.#rows.clear();
    if (!room) return;
    const { signal } = this.#leave;
    room.addEventListener('changed', ({ detail }) => this.#changed(detail), { signal });
    room.addEventListener('people', () => this.#later(), { signal });
    room.addEventListener('described', () => this.#later(), { signal });
    this.#recall();
  }

  /** To the latest message, and stay with it. */
  follow() {
    this.#room.leavePassage();
    if (!this.#stretch.following) this.#stretch = new Stretch();
    this.#stuck = true;
    this.#draw();
  }

  /**
   * Open the place of a message that the room holds, and point at it.
   * @param {boolean} focus also let the keyboard go on from there
   */
  reveal(id, focus = true) {
    this.#stretch = Stretch.around(this.#room.shown, id);
    this.#stuck = false;
    this.#draw();
    const row = this.#list.querySelector(`[data-id="${id}"]`);
    if (!row) return;
    row.scrollIntoView({ block: 'center' });
    row.classList.remove('found');
    requestAnimationFrame(() => row.classList.add('found'));
    row.addEventListener('animationend', () => row.classList.remove('found'), { once: true });
    if (focus) row.focus({ preventScroll: true });
    this.#scrolled();
  }

  /** Scroll by pages, for those whose hands are in the composer. */
  turn(pages) {
    this.#scroller.scrollBy({ top: pages * this.#scroller.clientHeight * 0.9 });
  }

  #remember() {
    if (!this.#room) return;
    this.#places.set(this.#room.id, { stretch: this.#stretch, stuck: this.#stuck, hold: this.#hold() });
  }

  #recall() {
    const place = this.#places.get(this.#room.id);
    this.#unseen = 0;
    const kept = place && !place.stuck && place.stretch.fits(this.#room.shown);
    this.#stretch = kept ? place.stretch : new Stretch();
    if (!kept) return this.follow();
    this.#stuck = false;
    return this.#draw(place.hold);
  }

  #changed({ fresh, live }) {
    if (live) this.#live = true;
    if (!this.#stuck) this.#unseen += fresh.filter(({ user }) => user.id !== this.#chat.me?.id).length;
    this.#later();
  }

  #ours(room) {
    if (room === this.#room?.id) this.#later();
  }

  // One drawing a frame, however much was said in it. A hidden page draws when it is looked at again.
  #later() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(hold = this.#stuck ? null : this.#hold()) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const room = this.#room;
    if (!room || !this.#chat.me) return;
    const run = room.shown;
    // Only what is said now is announced; history and what scrolling brings is read at the reader's own pace.
    this.#scroller.setAttribute('aria-live', this.#live ? 'polite' : 'off');
    this.#live = false;
    this.#introduce(room);
    this.#stretch.shrink(run, Boolean(hold?.upper));
    this.#place(
      lines({
        messages: this.#stretch.of(run),
        pending: this.#present ? this.#outbox.of(room.id) : [],
        notes: room.presence.notes,
        me: this.#chat.me,
        since: room.line < Infinity ? run.reached(room.line) : Infinity,
        reached: room.positions.reached(run),
      }),
    );
    if (this.#stuck) this.#toBottom();
    else this.#restore(hold);
    this.#arrive();
    this.#offer();
    // At the very top there is nothing to scroll that would ask for more.
    this.#reach();
  }

  #place(wanted) {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { element }] of this.#rows) {
      if (keys.has(key)) continue;
      element.remove();
      this.#rows.delete(key);
    }
    let at = this.#list.firstElementChild;
    for (const line of wanted) {
      const row = this.#row(line);
      if (row === at) at = at.nextElementSibling;
      else this.#list.insertBefore(row, at);
    }
  }

  #row(line) {
    let row = this.#rows.get(line.key);
    if (!row) this.#rows.set(line.key, (row = { element: build(line), version: null }));
    if (row.version !== line.version) update(row.element, line);
    row.version = line.version;
    return row.element;
  }

  /** The line being read, and where it stands. */
  #hold() {
    const { top } = this.#scroller.getBoundingClientRect();
    const rows = this.#list.children;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom <= top) low = middle + 1;
      else high = middle;
    }
    // A day's line may go when the messages before it come: hold on to a message.
    while (rows[low] && !rows[low].matches('.message')) low += 1;
    const row = rows[low];
    if (!row) return null;
    return { key: row.dataset.key, top: row.getBoundingClientRect().top - top, upper: low < rows.length / 2 };
  }

  #restore(hold) {
    const row = hold && this.#rows.get(hold.key)?.element;
    if (!row) return;
    const now = row.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    if (now !== hold.top) this.#scroller.scrollTop += now - hold.top;
  }

  #toBottom() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#measured = this.#sizes;
  }

  get #present() {
    return this.#stretch.following && !this.#room.passage;
  }

  get #sizes() {
    const { clientWidth, clientHeight, scrollHeight } = this.#scroller;
    return `${clientWidth} ${clientHeight} ${scrollHeight}`;
  }

  get #below() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #scrolled() {
    if (!this.#room) return;
    // With other sizes (a turned phone, a long draft, a keyboard) it wasn't the reader who left the end.
    if (this.#stuck && this.#sizes !== this.#measured) this.#toBottom();
    this.#stuck = this.#present && this.#below < AT_END;
    if (this.#stuck) this.#unseen = 0;
    this.#arrive();
    this.#reach();
    this.#offer();
  }

  // At the end, what is there is seen.
  #arrive() {
    this.#room.atEnd = this.#stuck;
    const { read, unread } = this.#room.positions;
    if (this.#stuck && (unread || this.#room.newest > read)) this.#chat.see();
  }

  // Grow towards where the reader goes, and shrink at the other end.
  #reach() {
    const near = this.#scroller.clientHeight * NEAR;
    const run = this.#room.shown;
    const hold = this.#stuck ? null : this.#hold();
    const up = this.#scroller.scrollTop < near;
    const down = !up && this.#below < near;
    if ((up && this.#stretch.up(run)) || (down && this.#stretch.down(run))) this.#draw(hold);
    else if (!run.failed && (up || down)) this.#room.extend(up ? 'before' : 'after');
  }

  #fetch() {
    if (this.#room.loaded) this.#room.extend('before');
    else this.#room.load();
  }

  /** What stands above the first message: the shape of what is loading, where the room begins, or what went wrong. */
  #introduce(room) {
    const run = room.shown;
    const loaded = room.loaded || room.passage;
    const empty = loaded && !run.messages.length && !this.#outbox.of(room.id).length;
    const failed = room.failed || run.failed;
    const state = failed ? 'failed' : !loaded || run.more ? 'loading' : empty ? 'empty' : 'beginning';
    this.#head.dataset.state = state;
    find(this.#head, 'shape').hidden = state !== 'loading';
    find(this.#head, 'said').hidden = state === 'loading';
    find(this.#head, 'again').hidden = state !== 'failed';
    find(this.#head, 'title').textContent = state === 'empty' ? words.emptyTitle(room.name) : '';
    find(this.#head, 'text').textContent = {
      loading: '',
      failed: room.loaded ? words.olderFailed : words.latestFailed,
      empty: words.empty,
      beginning: words.beginning(room.name),
    }[state];
    name(this.#scroller, words.messagesIn(room.name));
  }

  #offer() {
    const far = !this.#present || this.#below > this.#scroller.clientHeight;
    const offered = !this.#stuck && (this.#unseen > 0 || far);
    this.#pill.hidden = !offered;
    if (!offered) return;
    this.#pill.classList.toggle('news', this.#unseen > 0);
    find(this.#pill, 'text').textContent = this.#unseen ? words.newMessages(this.#unseen) : words.latest;
  }

  #followed() {
    this.#unseen = 0;
    this.follow();
    this.#scroller.focus({ preventScroll: true });
  }

  #act(event) {
    const act = event.target.closest('[data-act]')?.dataset.act;
    if (act !== 'retry' && act !== 'discard') return;
    const { key } = event.target.closest('.message').dataset;
    this.#outbox[act](key);
    this.#scroller.focus({ preventScroll: true });
  }
}
