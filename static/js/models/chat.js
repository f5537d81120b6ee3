/**
 * The conversation: who I am, my rooms, and what the server tells of them.
 *
 * Fires `me`, `person` (`detail`: somebody who is called or looks otherwise now), `rooms` (their list, names or
 * news), `heard` (`detail`: messages of others, said just now), `lost` (`detail`: the room that the reader looked at
 * and is no longer in), and `stranger` (the server took us for somebody else: the session is over).
 */

import { api } from './api.js';
import { Following } from './following.js';
import { drafts, forgetAll } from './kept.js';
import { Room } from './room.js';
import { Roster } from './roster.js';

export class Chat extends EventTarget {
  me = null;
  limits = { text: 4000 };
  /** @type {Room | null} the one that the reader looks at */
  current = null;
  watched = true; // the page is in sight

  #outbox;
  #connection = null;
  #roster = new Roster((entry) => this.#make(entry));
  #following = new Following(this.#roster, (event) => this.#connection?.send(event) ?? false);
  #welcomed = false;

  #answers = {
    welcome: (event) => this.#welcome(event),
    history: (event) => this.#history(event),
    message: (event) => this.#message(event),
    ack: (event) => this.#acknowledged(event),
    error: (event) => this.#error(event),
    presence: (event) => this.#in(event.room)?.present(event),
    joined: (event) => event.user.id !== this.me.id && this.#in(event.room)?.entered(event),
    left: (event) => event.user.id !== this.me.id && this.#in(event.room)?.left(event),
    room: ({ room }) => this.take(room),
    receipt: (event) => this.#moved(event),
    removed: ({ room, ended }) => this.#drop(room, ended),
    user: ({ user }) => this.rename(user),
  };

  constructor(outbox) {
    super();
    this.#outbox = outbox;
  }

  /** @param {import('./connection.js').Connection} connection */
  connect(connection, signal) {
    this.#connection = connection;
    connection.addEventListener('event', ({ detail }) => this.#answers[detail.type]?.(detail), { signal });
    connection.addEventListener('state', () => connection.state !== 'connected' && this.#disconnected(), { signal });
  }

  /** I have a session. */
  begin({ user, rooms }) {
    this.me = user;
    for (const entry of rooms) this.#roster.add(entry);
    this.#outbox.open(user.id);
    this.#fire('me');
    this.#fire('rooms');
  }

  /** The session is over. @param {boolean} forGood the person wished it: forget what belongs to them */
  end(forGood) {
    if (forGood) {
      this.#outbox.clear();
      forgetAll();
    }
    this.#roster.clear();
    Object.assign(this, { me: null, current: null });
    this.#following.forget();
    this.#welcomed = false;
  }

  get rooms() {
    return this.#roster.sorted;
  }

  get lobby() {
    return this.#roster.lobby;
  }

  /** @returns {string} what somebody is called, as far as this page has met them; else nothing */
  nameOf(id) {
    return this.person(id)?.name ?? '';
  }

  room(id) {
    return this.#roster.room(id);
  }

  /** Somebody whom this page has met: as they were last told of. @returns {object | undefined} */
  person(id) {
    return id === this.me.id ? this.me : this.#roster.person(id, this.current);
  }

  /** The query of the next connection. */
  position() {
    return this.#following.position(this.current);
  }

  /**
   * See whether there is a room to look at.
   * @param {boolean} join also become a member, if it is open and not yet mine: a wish, never a link's side effect
   * @returns {Promise<'open' | 'missing' | object>} or the entry of a room that could be joined
   */
  async open(id, join) {
    if (!this.room(id)) {
      const entry = (await api.rooms()).rooms.find((each) => each.id === id);
      if (!entry) return 'missing';
      if (!join) return entry;
      this.#roster.add(entry).joining = true;
      this.#following.join(this.room(id), true);
    }
    return 'open';
  }

  /** The reader looks at this room from now on. */
  look(id) {
    const room = this.room(id);
    if (room !== this.current) room.mark();
    this.current = room;
    if (!room.loaded && !room.joining && this.#welcomed) this.#load(room);
    this.see();
  }

  /** Nobody looks at any room. */
  close() {
    this.current = null;
    this.#fire('rooms');
  }

  /** A room that I am in now, by this page's doing or another's. */
  take(entry) {
    const known = Boolean(this.room(entry.id));
    const room = this.#roster.add(entry);
    if (!known) this.#following.join(room, false);
    this.#fire('rooms');
  }

  async leave(room) {
    room.leaving = true; // by my own wish: nobody need tell me
    try {
      await api.takeOut(room.id, this.me.id);
    } catch (refusal) {
      room.leaving = false;
      throw refusal;
    }
    this.#drop(room.id);
  }

  /** Have a room be no more, for anybody. */
  async deleteRoom(room) {
    await api.deleteRoom(room.id);
    this.#drop(room.id, true);
  }

  /** The reader has seen what there is in the current room, if they are at its end. */
  see() {
    const room = this.current;
    if (room?.loaded && room.atEnd && this.watched) room.positions.see(room.seq);
    this.#fire('rooms');
  }

  hasNews(room) {
    return room.positions.unread > 0 && (room !== this.current || !this.watched || !room.atEnd);
  }

  /** Messages that I haven't seen, in all rooms. */
  get unread() {
    return this.#roster.unread;
  }

  rename(user) {
    if (user.id === this.me.id) {
      this.me = user;
      this.#fire('me');
    }
    for (const room of this.#roster.all) room.rename(user);
    this.dispatchEvent(new CustomEvent('person', { detail: user }));
  }

  #disconnected() {
    this.#outbox.disconnected();
    this.#following.disconnected();
  }

  #welcome({ user, rooms, epoch, limits }) {
    if (user.id !== this.me.id) {
      this.#fire('stranger');
      return;
    }
    this.#following.welcomed(epoch);
    this.limits = limits;
    this.#welcomed = true;
    const mine = new Set(rooms.map(({ id }) => id));
    for (const room of this.#roster.all) if (!mine.has(room.id) && !room.joining) this.#drop(room.id);
    for (const entry of rooms) this.#roster.add(entry);
    for (const room of this.#roster.all) {
      if (!this.#following.resumed(room)) this.#following.join(room, room === this.current);
    }
    this.rename(user);
    this.#outbox.connected((event) => this.#connection.send(event));
    this.#fire('rooms');
  }

  async #load(room) {
    await room.load();
    if (room === this.current) this.see();
  }

  #history(history) {
    const room = this.#in(history.room);
    room?.restore(history);
    if (room) this.#following.settled(room);
    if (room === this.current && !room.loaded) this.#load(room); // what came continues nothing
    for (const { user, msgId } of history.messages) if (user.id === this.me.id) this.#outbox.acknowledged(msgId);
    if (room === this.current && this.watched) this.see();
    else this.#fire('rooms');
  }

  #message(message) {
    // Sent by a tab of mine that is gone, or by this one before its answer was lost.
    if (message.user.id === this.me.id && message.msgId) this.#outbox.acknowledged(message.msgId);
    this.#in(message.room)?.receive(message);
    this.#news(message);
  }

  #acknowledged({ msgId, message }) {
    this.#in(message.room)?.acknowledge(message);
    this.#outbox.acknowledged(msgId);
    this.#news(message);
  }

  #news(message) {
    const room = this.room(message.room);
    if (!room) return;
    const fresh = room.positions.hear(message, this.me.id);
    if (room === this.current) this.see();
    if (fresh) this.dispatchEvent(new CustomEvent('heard', { detail: message }));
    this.#fire('rooms');
  }

  #moved(receipt) {
    this.room(receipt.room)?.move(receipt);
    if (receipt.user === this.me.id) this.#fire('rooms');
  }

  #error(error) {
    if (this.#outbox.refused(error)) return;
    const room = this.#following.refused(error);
    if (!room) return;
    if (error.code === 'not_found' || error.code === 'forbidden') this.#drop(room.id);
    else this.#following.joinLater(room, error.retry);
  }

  #in(id) {
    const room = this.room(id);
    if (room) room.joining = false;
    return room;
  }

  #make(entry) {
    const fetch = (position) => api.page(entry.id, position);
    return new Room(entry, this.me.id, fetch, (event) => this.#connection.send(event));
  }

  /** @param {boolean} ended the room is no more, for anybody */
  #drop(id, ended = false) {
    const room = this.room(id);
    if (!room) return;
    room.ended = ended;
    this.#roster.remove(id);
    this.#following.settled(room);
    drafts.keep(id, '');
    if (ended) for (const { msgId } of this.#outbox.of(id)) this.#outbox.discard(msgId);
    if (room === this.current) {
      this.current = null;
      this.dispatchEvent(new CustomEvent('lost', { detail: room }));
    }
    this.#fire('rooms');
  }

  #fire(kind) {
    this.dispatchEvent(new Event(kind));
  }
}
