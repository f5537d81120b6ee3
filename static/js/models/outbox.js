/**
 * Messages that the server hasn't acknowledged yet.
 *
 * They are sent one at a time, each after the `ack` of the one before, so that their order holds even when one is
 * told to wait; and again after every reconnect and reload under the same `msgId`, so that none is stored twice.
 * One leaves only on its `ack`, or when its author discards it after a refusal.
 *
 * Fires `changed` with the room's id as `detail`.
 */

const NO_ANSWER = 20_000;
const AGAIN = 2_000;
const WAITING = new Set(['slow_down', 'not_stored']);

/** Not `crypto.randomUUID`: browsers have it only where the page came over TLS or from this machine. */
export function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @typedef {{msgId: string, room: number, text: string, date: number, user: number, tab: string,
 *   state: 'pending' | 'failed', reason?: string}} Entry
 */

export class Outbox extends EventTarget {
  #shelf;
  #locks;
  #tab = fresh();
  #user = null;
  /** @type {Map<string, Entry>} in the order of writing */
  #entries = new Map();
  #send = null;
  #waitingFor = null;
  #timer = 0;

  /** @param {LockManager | undefined} locks absent outside of secure contexts */
  constructor(shelf, locks = globalThis.navigator?.locks) {
    super();
    this.#shelf = shelf;
    this.#locks = locks;
    // Held for as long as this tab lives: others learn from it that its entries are looked after.
    this.#locks?.request(`gust tab ${this.#tab}`, () => new Promise(() => {}));
  }

  /** Take over what this person left unsent, here or in tabs that are gone. */
  async open(user) {
    this.#user = user;
    // Another person's are not ours to send; they stay on the shelf.
    for (const [msgId, entry] of this.#entries) if (entry.user !== user) this.#entries.delete(msgId);
    const kept = (await this.#shelf.all()).filter((entry) => entry.user === user);
    for (const tab of new Set(kept.map((entry) => entry.tab))) {
      // Granted once that tab is gone. Without locks both may send: the server stores it once all the same.
      if (this.#locks && tab !== this.#tab) this.#locks.request(`gust tab ${tab}`, () => this.#adopt(tab));
      else this.#adopt(tab);
    }
  }

  /** The person signed out for good: what their other tabs kept goes too. */
  async clear() {
    const user = this.#user;
    for (const msgId of [...this.#entries.keys()]) this.discard(msgId);
    this.#user = null;
    for (const entry of await this.#shelf.all()) if (entry.user === user) this.#shelf.remove(entry.msgId);
  }

  of(room) {
    return [...this.#entries.values()].filter((entry) => entry.room === room);
  }

  get size() {
    return this.#entries.size;
  }

  /** @param {{quote?: {id: number, user: object, text: string}, files?: object[]}} about what it replies to, and brings */
  add(room, text, about = {}) {
    const entry = { ...about, msgId: fresh(), room, text, date: Date.now(), user: this.#user, tab: this.#tab, state: 'pending' };
    this.#entries.set(entry.msgId, entry);
    this.#shelf.put(entry);
    this.#changed(room);
    this.#next();
    return entry;
  }

  /** @param {(event: object) => boolean} send */
  connected(send) {
    this.#send = send;
    this.#waitingFor = null;
    this.#next();
  }

  disconnected() {
    clearTimeout(this.#timer);
    this.#send = null;
    this.#waitingFor = null;
  }

  acknowledged(msgId) {
    const entry = this.#entries.get(msgId);
    if (!entry) return;
    this.#entries.delete(msgId);
    this.#shelf.remove(msgId);
    this.#changed(entry.room);
    this.#answered(msgId);
  }

  /** @returns {boolean} whether the error was about one of ours */
  refused({ msgId, code, message, retry }) {
    const entry = this.#entries.get(msgId);
    if (!entry) return false;
    if (WAITING.has(code)) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#answered(msgId), retry ?? AGAIN);
      return true;
    }
    this.#update(entry, { state: 'failed', reason: message });
    this.#answered(msgId);
    return true;
  }

  retry(msgId) {
    const entry = this.#entries.get(msgId);
    if (!entry) return;
    this.#update(entry, { state: 'pending', reason: undefined });
    this.#next();
  }

  discard(msgId) {
    const entry = this.#entries.get(msgId);
    if (!entry) return;
    this.#entries.delete(msgId);
    this.#shelf.remove(msgId);
    this.#changed(entry.room);
    this.#answered(msgId);
  }

  async #adopt(tab) {
    const kept = (await this.#shelf.all()).filter((entry) => entry.tab === tab && entry.user === this.#user);
    const left = kept.filter(({ msgId }) => !this.#entries.has(msgId));
    left.sort((one, other) => one.date - other.date);
    for (const entry of left) {
      this.#entries.set(entry.msgId, entry);
      this.#update(entry, { tab: this.#tab });
    }
    this.#next();
  }

  #next() {
    if (!this.#send || this.#waitingFor) return;
    const entry = [...this.#entries.values()].find(({ state }) => state === 'pending');
    if (!entry) return;
    const { msgId, room, text, quote, files } = entry;
    const named = files?.map(({ id }) => id);
    if (!this.#send({ type: 'message', msgId, room, text, replyTo: quote?.id, files: named })) return;
    this.#waitingFor = msgId;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#answered(msgId), NO_ANSWER);
  }

  #answered(msgId) {
    if (this.#waitingFor !== msgId) return;
    clearTimeout(this.#timer);
    this.#waitingFor = null;
    this.#next();
  }

  #update(entry, change) {
    Object.assign(entry, change);
    this.#shelf.put({ ...entry });
    this.#changed(entry.room);
  }

  #changed(room) {
    this.dispatchEvent(new CustomEvent('changed', { detail: room }));
  }
}
