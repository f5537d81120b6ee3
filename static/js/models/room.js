/**
 * One room as this page holds it: what was said in it, who is in it, and how far everybody has read.
 *
 * Fires what its log does, `people`, and `described`.
 */

import { api } from './api.js';
import { Log } from './log.js';
import { Positions } from './positions.js';
import { Presence } from './presence.js';

const NEAR = 200; // messages that count as said lately

export class Room extends Log {
  presence = new Presence();
  atEnd = true; // the reader is, or would be, at the latest message
  line = Infinity; // what is new begins behind this change
  seq = 0; // up to here, nothing is missing
  held = false; // that counts: else we hold nothing
  live = false; // the server tells this connection of changes after `seq`
  #given = '';
  #me;

  /**
   * @param {number} me whose page this is
   * @param {(position: object) => Promise<object>} fetch loads a page of this room
   * @param {(event: object) => boolean} send to the server
   */
  constructor(entry, me = 0, fetch = (position) => api.page(entry.id, position), send = () => false) {
    super(fetch);
    this.#me = me;
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

  /** Load the latest page: all that we know of by now is on it, or older. */
  load() {
    if (!this.held) Object.assign(this, { seq: this.newest, held: true });
    return super.load();
  }

  /** @param {{messages: object[], seq: number, reset: boolean, more: boolean}} history */
  restore({ messages, seq, reset, more }) {
    const known = this.latest.lastId;
    if (reset) {
      this.restart(more);
      this.presence.forget();
      this.told = seq;
    }
    this.seq = reset ? seq : Math.max(this.seq, seq);
    this.held = this.live = true;
    for (const message of messages) this.join(message);
    this.changed(known && !reset ? messages.filter(({ id }) => id > known) : [], false);
  }

  /** A change told live; or, before that, the answer to one of ours, with others still to come before it. */
  receive(message) {
    if (!this.live) return this.acknowledge(message);
    this.seq = Math.max(this.seq, message.seq);
    return this.#take(message);
  }

  /** The answer to a message of ours. To one sent twice it may run ahead of changes still on their way. */
  acknowledge(message) {
    if (message.seq === this.seq + 1) this.seq = message.seq;
    this.#take(message);
  }

  /**
   * Those whom one may want to name here: who is here, who belongs here, and in an open room who wrote lately. Of a
   * closed one they may be no longer.
   */
  get known() {
    const people = new Map([...this.presence.people, ...this.members.map((user) => [user.id, user])]);
    if (this.kind === 'open') for (const { user } of this.messages.slice(-NEAR)) if (!people.has(user.id)) people.set(user.id, user);
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
    this.changed();
  }

  /** The reader comes here: what is new begins where they left. */
  mark() {
    const { read, unread } = this.positions;
    this.line = unread ? read : Infinity;
    this.positions.held = false;
    this.changed();
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
    Object.assign(this, { seq: 0, told: 0, held: false });
    this.presence.forget();
    this.positions.forget();
    super.forget();
  }

  #take(message) {
    this.changed(this.join(message) ? [message] : [], true);
  }

  #peopled() {
    this.dispatchEvent(new Event('people'));
  }
}
