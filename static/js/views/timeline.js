/**
 * The messages of a room, as a window on them that grows and shrinks while one scrolls.
 *
 * The place belongs to the reader: at the end it follows what is said, anywhere else it stays on the line being
 * read, whatever is added or taken away above and below.
 */

import { lines, Stretch } from '../models/lines.js';
import { words } from '../words.js';
import { Ends } from './ends.js';
import { build, update } from './row.js';
import { Scroll } from './scroll.js';
import { find, name } from './template.js';

const NEAR = 2; // in heights of the view: loading starts before the end is in sight

export class Timeline {
  #chat;
  #outbox;
  #scroller;
  #list;
  #scroll;
  #ends;
  #pill;
  #room = null;
  #leave = new AbortController();
  #size = new ResizeObserver(() => this.#stuck && this.#scroll.toEnd());
  #rows = new Map();
  #places = new Map();
  #stretch = new Stretch();
  #stuck = true;
  #unseen = 0;
  #frame = 0;
  #live = false;

  constructor(root, { chat, outbox }) {
    this.#chat = chat;
    this.#outbox = outbox;
    this.#scroller = find(root, 'scroller');
    this.#list = find(root, 'list');
    this.#scroll = new Scroll(this.#scroller, this.#list);
    this.#ends = new Ends(root, (end) => this.#again(end));
    this.#pill = find(root, 'pill');
  }

  connect(signal) {
    this.#scroller.addEventListener('scroll', () => this.#scrolled(), { signal, passive: true });
    this.#list.addEventListener('click', (event) => this.#act(event), { signal });
    this.#pill.addEventListener('click', () => this.#followed(), { signal });
    this.#ends.connect(signal);
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
    this.#scroll.turn(pages);
  }

  #remember() {
    if (!this.#room) return;
    this.#places.set(this.#room.id, { stretch: this.#stretch, stuck: this.#stuck, hold: this.#scroll.hold() });
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

  #draw(hold = this.#stuck ? null : this.#scroll.hold()) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const room = this.#room;
    if (!room || !this.#chat.me) return;
    const run = room.shown;
    // Only what is said now is announced; history and what scrolling brings is read at the reader's own pace.
    this.#scroller.setAttribute('aria-live', this.#live ? 'polite' : 'off');
    this.#live = false;
    name(this.#scroller, words.messagesIn(room));
    this.#stretch.shrink(run, Boolean(hold?.upper));
    const messages = this.#stretch.of(run);
    const waiting = this.#outbox.of(room.id).length > 0;
    this.#ends.show(room, { waiting, above: messages[0]?.id > run.firstId });
    this.#place(
      lines({
        messages,
        pending: this.#present ? this.#outbox.of(room.id) : [],
        notes: room.presence.notes,
        me: this.#chat.me,
        since: room.line < Infinity ? run.reached(room.line) : Infinity,
        reached: room.positions.reached(run),
      }),
    );
    if (this.#stuck) this.#scroll.toEnd();
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

  #restore(hold) {
    const row = hold && this.#rows.get(hold.key)?.element;
    if (row) this.#scroll.restore(row, hold);
  }

  get #present() {
    return this.#stretch.following && !this.#room.passage;
  }

  #scrolled() {
    if (!this.#room) return;
    // With other sizes (a turned phone, a long draft, a keyboard) it wasn't the reader who left the end.
    if (this.#stuck && this.#scroll.resized) this.#scroll.toEnd();
    this.#stuck = this.#present && this.#scroll.atEnd;
    if (this.#stuck) this.#unseen = 0;
    this.#arrive();
    this.#reach();
    this.#offer();
  }

  // At the end, what is there is seen.
  #arrive() {
    this.#room.atEnd = this.#stuck;
    const { read, unread } = this.#room.positions;
    if (this.#stuck && (unread || this.#room.seq > read)) this.#chat.see();
  }

  // Grow towards where the reader goes, and shrink at the other end.
  #reach() {
    const near = this.#scroll.height * NEAR;
    const run = this.#room.shown;
    const hold = this.#stuck ? null : this.#scroll.hold();
    const up = this.#scroll.above < near;
    const down = this.#scroll.below < near;
    if ((up && this.#stretch.up(run)) || (!up && down && this.#stretch.down(run))) return this.#draw(hold);
    // What failed waits until the reader wants it.
    const missing = (end) => run.lacks(end) && !run.failed.has(end);
    if (up && missing('before')) return this.#room.extend('before');
    if (down && missing('after')) return this.#room.extend('after');
    return undefined;
  }

  #again(end) {
    if (this.#room.loaded || this.#room.passage) this.#room.extend(end);
    else this.#room.load();
  }

  #offer() {
    const far = !this.#present || this.#scroll.below > this.#scroll.height;
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
