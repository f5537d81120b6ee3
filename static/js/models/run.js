/**
 * An unbroken run of a room's messages, by id, each in its newest state. It grows at its ends, page by page.
 *
 * A page that is on its way may hold older states than what is told live meanwhile: those changes are told to the
 * run again once the page is there.
 */

export const PAGE = 100;

export class Run {
  messages;
  more; // older messages exist
  newer; // newer ones do: this run doesn't reach the present
  loading = ''; // the end that a page is on its way for: `before` or `after`
  /** @type {Set<'before' | 'after'>} the ends at which the last try to load more has failed */
  failed = new Set();
  #meanwhile = [];

  /** @param {{messages?: object[], more?: boolean, newer?: boolean}} page what it begins with */
  constructor({ messages = [], more = false, newer = false } = {}) {
    Object.assign(this, { messages, more, newer });
  }

  get firstId() {
    return this.messages[0]?.id ?? Infinity;
  }

  get lastId() {
    return this.messages.at(-1)?.id ?? 0;
  }

  /** Where the message with this id is, or would be. */
  indexOf(id) {
    let low = 0;
    let high = this.messages.length;
    // Most are at the end.
    if (high && this.messages[high - 1].id < id) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.messages[middle].id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Up to which message somebody has come who knows every change up to `seq`: messages are numbered as they come. */
  reached(seq) {
    return this.messages.findLast((message) => message.seq <= seq)?.id ?? 0;
  }

  /** @returns {object | undefined} the message with this id, if it is here */
  message(id) {
    const found = this.messages[this.indexOf(id)];
    return found?.id === id ? found : undefined;
  }

  /**
   * The one rule for new, changed and twice-told messages: per id, the state with the highest `seq`.
   * @returns {boolean} whether it was a new one
   */
  upsert(message) {
    if (this.loading) this.#meanwhile.push(message);
    const at = this.indexOf(message.id);
    const known = this.messages[at];
    if (known?.id === message.id) {
      if (message.seq > known.seq) this.messages[at] = message;
      return false;
    }
    // Beyond our ends lies what we haven't loaded: it will come, in this state or a newer one.
    const { length } = this.messages;
    if (length && ((at === 0 && this.more) || (at === length && this.newer))) return false;
    this.messages.splice(at, 0, message);
    return true;
  }

  /** @param {'before' | 'after'} end */
  lacks(end) {
    return Boolean(this.messages.length) && (end === 'before' ? this.more : this.newer);
  }

  /**
   * Load a page at one of the ends, unless one is on its way.
   * @param {(position: object) => Promise<{messages: object[], more: boolean}>} fetch
   */
  async extend(end, fetch) {
    if (this.loading || !this.lacks(end)) return;
    this.loading = end;
    this.failed.delete(end);
    const from = end === 'before' ? this.firstId : this.lastId;
    const page = await fetch({ [end]: from, limit: PAGE }).catch(() => null);
    this.loading = '';
    if (!page) this.failed.add(end);
    if (page) this.#add(end, page);
    for (const message of this.#meanwhile.splice(0)) this.upsert(message);
  }

  #add(end, { messages, more }) {
    if (end === 'before') {
      const { firstId } = this;
      this.messages.unshift(...messages.filter(({ id }) => id < firstId));
      this.more = more;
    } else {
      const { lastId } = this;
      this.messages.push(...messages.filter(({ id }) => id > lastId));
      this.newer = more;
    }
  }
}
