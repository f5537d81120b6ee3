/**
 * How far I am in each room, and how far the others are.
 *
 * The server counts what is unread and tells it with every move of mine, on all my devices. In between, this page
 * counts what it hears. Moves are told at most once a second for each room; they are cumulative.
 */

const PAUSE = 1_000;
const INTIMATE = 50; // people in a room, up to which the others are told
const STEPS = 100; // of somebody's reading that are remembered
const ECHO = 3_000; // ms in which an older position is but the echo of an earlier move

export class Positions {
  read;
  unread = 0;
  mentions = 0;
  /**
   * The others, by user. `trail`: how far they had read when, as this page was told, oldest first.
   * @type {Map<number, {received: number, read: number, trail: {read: number, date: number}[]}>}
   */
  others = new Map();
  held = false; // marked as unread by hand: looking at it doesn't change that

  #room;
  #send;
  #told = { received: 0, read: 0 };
  #kept = 0; // what the server has told to be mine
  #received = 0;
  #top = 0; // the newest message that I know of
  #moved = 0;
  #timer = 0;

  /** @param {(event: object) => boolean} send */
  constructor(room, send) {
    this.#room = room;
    this.#send = send;
  }

  /** What the server says with its list of rooms. */
  begin({ read, unread = 0, mentions = 0 }) {
    if (read === undefined) return;
    this.#told.read = read; // what I have told since may never have come there
    if (this.read > read && this.#isBehind()) {
      this.#later();
      return;
    }
    this.#kept = read;
    Object.assign(this, { read, unread, mentions });
  }

  /** The log is another one: no number of the old one means anything in it. */
  forget() {
    clearTimeout(this.#timer);
    this.others.clear();
    Object.assign(this, { read: undefined, unread: 0, mentions: 0, held: false });
    this.#told = { received: 0, read: 0 };
    this.#kept = this.#received = this.#top = this.#moved = this.#timer = 0;
  }

  /**
   * A message told live.
   * @returns {boolean} whether it was said just now, and isn't a change of an old one
   */
  hear(message, me) {
    const { id, seq, user, edited, deleted, reactions, mentions = [] } = message;
    const fresh = id > this.#top && !edited && !deleted && !reactions;
    this.#top = Math.max(this.#top, id);
    if (user.id === me) return false;
    this.#received = Math.max(this.#received, seq);
    this.#later();
    if (!fresh) return false;
    this.unread += 1;
    if (mentions.includes(me) || mentions.includes(0)) this.mentions += 1;
    return true;
  }

  /** I have seen everything up to this change. */
  see(seq) {
    if (this.held || (seq <= this.read && !this.unread)) return;
    this.#moved = Date.now();
    Object.assign(this, { read: Math.max(seq, this.read ?? 0), unread: 0, mentions: 0 });
    this.#later();
  }

  /** Make a message unread again, with all behind it. */
  unreadFrom(id) {
    this.held = true;
    this.#moved = 0;
    clearTimeout(this.#timer);
    this.#timer = 0;
    return this.#send({ type: 'read', room: this.#room.id, unreadFrom: id });
  }

  /** Somebody has moved; I, on some device, or another. */
  move({ user, received, read, date, unread, mentions }, me) {
    if (user !== me) this.others.set(user, { received, read, trail: this.#trail(user, read, date) });
    else if (read >= this.read || Date.now() - this.#moved > ECHO) {
      this.#told.read = this.#kept = read;
      Object.assign(this, { read, unread: unread ?? this.unread, mentions: mentions ?? this.mentions });
    } else this.#kept = Math.max(this.#kept, read);
  }

  /**
   * When somebody came as far as this.
   * @param {(seq: number) => boolean} isThere whether a change is far enough
   * @returns {{date: number, exact: boolean}} `exact`: this page was told so at that time; else it was then or before
   */
  readAt(user, isThere) {
    const { trail } = this.others.get(user);
    const at = trail.findIndex(({ read }) => isThere(read));
    return { date: trail[at].date, exact: at > 0 };
  }

  /** Up to which message of a run somebody at least has received, and read. */
  reached(run) {
    const furthest = (what) => Math.max(0, ...[...this.others.values()].map((other) => other[what]));
    return { received: run.reached(furthest('received')), read: run.reached(furthest('read')) };
  }

  // Where they had been before they marked something as unread counts no more.
  #trail(user, read, date) {
    const trail = this.others.get(user)?.trail ?? [];
    const same = trail.find((step) => step.read === read);
    return [...trail.filter((step) => step.read < read).slice(-STEPS), same ?? { read, date }];
  }

  // The server, telling an older position: mine is on its way, or was lost. Otherwise I went back, on
  // another device; where both is so, what was lost counts.
  #isBehind() {
    return !this.held && (this.read > this.#kept || Date.now() - this.#moved < ECHO);
  }

  #later() {
    if (!this.#timer) this.#timer = setTimeout(() => this.#tell(), this.#told.read ? PAUSE : 0);
  }

  #tell() {
    this.#timer = 0;
    const { id: room, presence } = this.#room;
    const { read = 0 } = this;
    if (read > this.#told.read) {
      if (this.#send({ type: 'read', room, seq: read })) this.#told = { read, received: Math.max(read, this.#received) };
    } else if (this.#received > this.#told.received && presence.count <= INTIMATE) {
      if (this.#send({ type: 'received', room, seq: this.#received })) this.#told.received = this.#received;
    }
  }
}
