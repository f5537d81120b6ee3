/** Where the reader is in a scroller of rows: what is above and below them, and the line that they hold on to. */

const AT_END = 40; // px

export class Scroll {
  #scroller;
  #list;
  #measured = ''; // the sizes at which we last went to the end

  /** @param {HTMLElement} list the rows, each with its `data-key` */
  constructor(scroller, list) {
    this.#scroller = scroller;
    this.#list = list;
  }

  get above() {
    return this.#scroller.scrollTop;
  }

  get below() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  get height() {
    return this.#scroller.clientHeight;
  }

  get atEnd() {
    return this.below < AT_END;
  }

  /** Whether it has other sizes (a turned phone, a long draft, a keyboard) than when we last went to the end. */
  get resized() {
    return this.#sizes !== this.#measured;
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#measured = this.#sizes;
  }

  /** Turn pages. */
  turn(pages) {
    this.#scroller.scrollBy({ top: pages * this.height * 0.9 });
  }

  /** The line being read, and where it stands. */
  hold() {
    const { top } = this.#scroller.getBoundingClientRect();
    const rows = this.#list.children;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom <= top) low = middle + 1;
      else high = middle;
    }
    // A day's line may go when the messages before it come, and the first message lose its name, being of one who
    // goes on: hold on to a message with another before it, if there is one.
    while (rows[low] && !rows[low].matches('.message')) low += 1;
    if (rows[low] === this.#list.querySelector('.message') && rows[low + 1]?.matches('.message')) low += 1;
    const row = rows[low];
    if (!row) return null;
    return { key: row.dataset.key, top: row.getBoundingClientRect().top - top, upper: low < rows.length / 2 };
  }

  /** Let the row stand where it was held. */
  restore(row, { top }) {
    const now = row.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    if (now !== top) this.#scroller.scrollTop += now - top;
  }

  get #sizes() {
    const { clientWidth, clientHeight, scrollHeight } = this.#scroller;
    return `${clientWidth} ${clientHeight} ${scrollHeight}`;
  }
}
