/**
 * Which of a room's messages are shown: a stretch that grows where the reader goes and shrinks behind them, so that
 * a room of any length costs the page no more than a few hundred rows.
 */

const FIRST = 60;
const STEP = 60;
const MOST = 400; // what a phone lays out within a frame
const KEPT = 300;

export class Stretch {
  #top; // id of the first message shown; 0: not chosen yet
  #bottom; // id of the last one; Infinity: whatever is the latest

  constructor(top = 0, bottom = Infinity) {
    this.#top = top;
    this.#bottom = bottom;
  }

  get following() {
    return this.#bottom === Infinity;
  }

  /** Whether the room still has the messages that this began with: a reset may have taken them. */
  fits(room) {
    return room.messages[room.indexOf(this.#top)]?.id === this.#top;
  }

  of(room) {
    const end = this.#end(room);
    const start = this.#start(room, end);
    this.#top = room.messages[start]?.id ?? 0;
    return room.messages.slice(start, end);
  }

  /** @returns {boolean} whether there was more to show above */
  up(room) {
    const end = this.#end(room);
    const start = this.#start(room, end);
    if (!start) return false;
    const from = Math.max(0, start - STEP);
    this.#top = room.messages[from].id;
    if (end - from > MOST) this.#bottom = room.messages[from + KEPT].id;
    return true;
  }

  /** @returns {boolean} whether there was more to show below */
  down(room) {
    if (this.following) return false;
    const { length } = room.messages;
    const to = Math.min(length, this.#end(room) + STEP);
    if (to - this.#start(room, to) > MOST) this.#top = room.messages[to - KEPT].id;
    this.#bottom = to === length ? Infinity : room.messages[to - 1].id;
    return true;
  }

  /** Much was said since: leave behind what is furthest from the reader. @param {boolean} upper where they are */
  shrink(room, upper) {
    const end = this.#end(room);
    const start = this.#start(room, end);
    if (end - start <= MOST) return;
    if (upper) this.#bottom = room.messages[start + KEPT].id;
    else this.#top = room.messages[end - KEPT].id;
  }

  #start(room, end) {
    return this.#top ? room.indexOf(this.#top) : Math.max(0, end - FIRST);
  }

  #end(room) {
    return this.following ? room.messages.length : room.indexOf(this.#bottom) + 1;
  }
}
