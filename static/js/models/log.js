/**
 * What was said in a room, as far as this page holds it: a run of messages up to the latest, and beside it, where the
 * reader went far back by a link, the passage around that place. The two are joined where they meet.
 *
 * While the first page is on its way (until `loaded`), what is told live is set aside and then joined to that page:
 * kept on its own it could be a change of an old message, with a hole after it.
 *
 * Fires `changed` (`detail.fresh`: messages that are new to the reader; `detail.live`: said just now).
 */

import { PAGE, Run } from './run.js';

const FIRST_PAGE = 50;

export class Log extends EventTarget {
  latest = new Run();
  /** @type {Run | null} */
  passage = null;
  #opened = 0; // the message that the passage is around
  loaded = false;
  loading = false;
  failed = false;
  #aside = [];
  #fetch;

  /** @param {(position: object) => Promise<object>} fetch loads a page of it */
  constructor(fetch) {
    super();
    this.#fetch = fetch;
  }

  get messages() {
    return this.latest.messages;
  }

  /** The run that the reader is in. */
  get shown() {
    return this.passage ?? this.latest;
  }

  /** @returns {object | undefined} the message with this id, if we hold it */
  message(id) {
    return this.latest.message(id) ?? this.passage?.message(id);
  }

  /** Load the latest page: the reader opened the room. */
  async load() {
    if (this.loading || this.loaded) return;
    this.#progress(true);
    const page = await this.#fetch({ limit: FIRST_PAGE }).catch(() => null);
    if (page && !this.loaded) {
      this.latest = new Run(page);
      this.loaded = true;
      for (const message of this.#aside.splice(0)) this.latest.upsert(message);
    }
    this.#progress(false, !this.loaded);
  }

  /** Load what is next to what is shown. @param {'before' | 'after'} end */
  async extend(end) {
    const run = this.shown;
    if (run.loading || !run.lacks(end)) return;
    const loading = run.extend(end, this.#fetch);
    this.changed();
    await loading;
    if (run === this.passage) this.#meet();
    this.changed();
  }

  /**
   * Show what was said around a message, which may be long ago.
   * @returns {Promise<boolean>} whether it is there
   */
  async open(id) {
    if (this.latest.message(id)) this.passage = null;
    else if (!this.passage?.message(id)) {
      const page = await this.#around(id);
      if (!page.message(id)) return false;
      this.#opened = id;
      this.passage = page;
      this.#meet();
    }
    this.changed();
    return true;
  }

  /** Back to the present. */
  leavePassage() {
    this.passage = null;
  }

  /** The server sends the latest page anew. @param {boolean} more there are older ones */
  restart(more) {
    this.latest = new Run({ more });
    if (this.passage) this.#reopen();
    this.#aside = [];
    this.loaded = true;
    this.failed = false;
  }

  /** It is another log now: nothing that we have counts. */
  forget() {
    Object.assign(this, { loaded: false, failed: false, passage: null });
    this.latest = new Run();
    this.#aside = [];
    this.changed();
  }

  /** @returns {boolean} whether it was a new one */
  join(message) {
    this.passage?.upsert(message);
    if (this.loaded) return this.latest.upsert(message);
    // What came before we asked for a page is in that page: it was stored before anyone was told.
    if (this.loading) this.#aside.push(message);
    return true;
  }

  changed(fresh = [], live = false) {
    this.dispatchEvent(new CustomEvent('changed', { detail: { fresh, live } }));
  }

  // That newer ones exist is found out by asking for them.
  async #around(id) {
    return new Run({ newer: true, ...(await this.#fetch({ around: id, limit: PAGE })) });
  }

  // Changes of it may have been missed. The reader stays where they are meanwhile.
  async #reopen() {
    const { passage } = this;
    const page = await this.#around(this.#opened).catch(() => null);
    if (this.passage !== passage) return;
    this.passage = page;
    if (page) this.#meet();
    this.changed();
  }

  // The passage has grown into the present: they are one run from now on.
  #meet() {
    const { passage, latest } = this;
    if (!this.loaded || (passage.newer && passage.lastId < latest.firstId)) return;
    const before = passage.messages.filter(({ id }) => id < latest.firstId);
    latest.messages.unshift(...before);
    latest.more = passage.more;
    this.passage = null;
  }

  #progress(loading, failed = false) {
    Object.assign(this, { loading, failed });
    this.changed();
  }
}
