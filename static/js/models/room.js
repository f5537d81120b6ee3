/**
 * One room as this page holds it: a run of messages up to the latest, and beside it, where the reader went far back
 * by a link, the passage around that place. The two are joined where they meet.
 *
 * While the first page is on its way (until `loaded`), what is told live is set aside and then joined to that page:
 * kept on its own it could be a change of an old message, with a hole after it.
 *
 * Fires `changed` (`detail.fresh`: messages that are new to the reader; `detail.live`: said just now),
 * `people`, and `described`.
 */

import { api } from './api.js';
import { Positions } from './positions.js';
import { PAGE, Run } from './run.js';

const FIRST_PAGE = 50;
const NOTES_KEPT = 50;
const NEAR = 200; // messages that count as said lately

/** Who is in the room now, and the comings and goings that were seen while it was open. */
class Presence {
  count = 0;
  /** @type {Map<number, {id: number, name: string}>} */
  people = new Map();
  /** @type {{after: number, joined: Map<number, string>, left: Map<number, string>}[]} */
  notes = [];

  /** In rooms with very many people only their number is told. */
  get partial() {
    return this.people.size < this.count;
  }

  sorted() {
    return [...this.people.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  restore({ users, count }) {
    this.people = new Map(users.map((user) => [user.id, user]));
    this.count = count;
  }

  /** @param {number} after the id of the latest message: where the note about it stands */
  enter(user, count, after) {
    if (!this.partial) this.people.set(user.id, user);
    this.count = count;
    this.#note(user, after, 'joined', 'left');
  }

  leave(user, count, after) {
    this.people.delete(user.id);
    this.count = count;
    this.#note(user, after, 'left', 'joined');
  }

  rename(user) {
    if (this.people.has(user.id)) this.people.set(user.id, user);
  }

  forget() {
    this.notes = [];
  }

  // All that happens between two messages is one note, and who left and came back isn't worth a word.
  #note(user, after, kind, opposite) {
    let note = this.notes.at(-1);
    if (note?.after !== after) {
      note = { after, joined: new Map(), left: new Map() };
      this.notes.push(note);
      if (this.notes.length > NOTES_KEPT) this.notes.shift();
    }
    if (note[opposite].delete(user.id) && kind === 'joined') {
      if (!note.joined.size && !note.left.size) this.notes.pop();
      return;
    }
    note[kind].set(user.id, user.name);
  }
}

export class Room extends EventTarget {
  latest = new Run();
  /** @type {Run | null} */
  passage = null;
  #opened = 0; // the message that the passage is around
  presence = new Presence();
  atEnd = true; // the reader is, or would be, at the latest message
  line = Infinity; // what is new begins behind this change
  seq = 0; // up to here, nothing is missing
  held = false; // the server tells us of changes after `seq`
  loaded = false;
  loading = false;
  failed = false;
  #aside = [];
  #given = '';
  #me;
  #fetch;

  /**
   * @param {number} me whose page this is
   * @param {(position: object) => Promise<object>} fetch loads a page of this room
   * @param {(event: object) => boolean} send to the server
   */
  constructor(entry, me = 0, fetch = (position) => api.page(entry.id, position), send = () => false) {
    super();
    this.#me = me;
    this.#fetch = fetch;
    this.positions = new Positions(this, send);
    this.describe(entry);
  }

  /** @param {{members?: object[], maker?: number}} entry `members` for direct rooms, `maker` where there is one */
  describe(entry) {
    const { id, name, kind, topic, seq, members = [], maker = 0 } = entry;
    this.positions.begin(entry);
    Object.assign(this, { id, kind, maker, members, topic: topic ?? '' });
    this.#given = name;
    this.told = Math.max(this.told ?? 0, seq ?? 0);
    this.dispatchEvent(new Event('described'));
  }

  get direct() {
    return this.kind === 'direct';
  }

  /** The others of a direct room, of which I am one too. */
  get others() {
    return this.members.filter(({ id }) => id !== this.#me);
  }

  /** A direct room has none of its own: it is called by whom I talk to there. */
  get name() {
    if (!this.direct) return this.#given;
    return (this.others.length ? this.others : this.members).map(({ name }) => name).join(', ');
  }

  /** The newest change that we know of, held or only told. */
  get newest() {
    return Math.max(this.told, this.seq);
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

  /** @param {{messages: object[], seq: number, reset: boolean, more: boolean}} history */
  restore({ messages, seq, reset, more }) {
    const known = this.latest.lastId;
    if (reset) {
      this.latest = new Run({ more });
      if (this.passage) this.#reopen();
      this.#aside = [];
      this.presence.forget();
      this.loaded = true;
      this.failed = false;
      this.told = seq;
    }
    this.seq = reset ? seq : Math.max(this.seq, seq);
    this.held = true;
    for (const message of messages) this.#join(message);
    this.#changed(known && !reset ? messages.filter(({ id }) => id > known) : [], false);
  }

  /** A change told live. */
  receive(message) {
    this.seq = Math.max(this.seq, message.seq);
    this.#take(message);
  }

  /** The answer to a message of ours. To one sent twice it may run ahead of changes still on their way. */
  acknowledge(message) {
    if (message.seq === this.seq + 1) this.seq = message.seq;
    this.#take(message);
  }

  /** Those whom one may want to name here: who is here, who belongs here, who wrote lately. */
  get known() {
    const people = new Map([...this.presence.people, ...this.members.map((user) => [user.id, user])]);
    for (const { user } of this.messages.slice(-NEAR)) if (!people.has(user.id)) people.set(user.id, user);
    return [...people.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  /** @returns {object | undefined} somebody who is here, or belongs here, or has written what we hold */
  person(id) {
    const wrote = () => this.shown.messages.findLast(({ user }) => user.id === id)?.user;
    return this.presence.people.get(id) ?? this.members.find((each) => each.id === id) ?? wrote();
  }

  /** Somebody has moved on, or back. */
  move(receipt) {
    this.positions.move(receipt, this.#me);
    this.#changed();
  }

  /** The reader comes here: what is new begins where they left. */
  mark() {
    const { read, unread } = this.positions;
    this.line = unread ? read : Infinity;
    this.positions.held = false;
    this.#changed();
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
    this.#changed();
    await loading;
    if (run === this.passage) this.#meet();
    this.#changed();
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
    this.#changed();
    return true;
  }

  /** Back to the present. */
  leavePassage() {
    this.passage = null;
  }

  entered({ user, count }) {
    this.presence.enter(user, count, this.latest.lastId);
    this.#peopled();
  }

  left({ user, count }) {
    this.presence.leave(user, count, this.latest.lastId);
    this.#peopled();
  }

  present(presence) {
    this.presence.restore(presence);
    this.#peopled();
  }

  rename(user) {
    this.presence.rename(user);
    if (this.members.some(({ id }) => id === user.id)) {
      this.members = this.members.map((each) => (each.id === user.id ? user : each));
      this.dispatchEvent(new Event('described'));
    }
    for (const run of [this.latest, this.passage]) {
      for (const message of run?.messages ?? []) if (message.user.id === user.id) message.user = user;
    }
    this.#peopled();
  }

  /** The log is another one now (its `epoch` changed): nothing that we have counts. */
  forget() {
    Object.assign(this, { seq: 0, told: 0, held: false, loaded: false, failed: false, passage: null });
    this.latest = new Run();
    this.#aside = [];
    this.presence.forget();
    this.#changed();
  }

  #take(message) {
    this.#changed(this.#join(message) ? [message] : [], true);
  }

  /** @returns {boolean} whether it was a new one */
  #join(message) {
    this.passage?.upsert(message);
    if (this.loaded) return this.latest.upsert(message);
    // What came before we asked for a page is in that page: it was stored before anyone was told.
    if (this.loading) this.#aside.push(message);
    return true;
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
    this.#changed();
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
    this.#changed();
  }

  #changed(fresh = [], live = false) {
    this.dispatchEvent(new CustomEvent('changed', { detail: { fresh, live } }));
  }

  #peopled() {
    this.dispatchEvent(new Event('people'));
  }
}
