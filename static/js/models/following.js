/** What the server is asked to tell: of which rooms, and from where on. */

const JOIN_AGAIN = 2_000;
const NO_ANSWER = 10_000;
const MOST_RESUMED = 200; // what the server takes; further rooms are joined behind the welcome

export class Following {
  #roster;
  #send;
  #epoch = '';
  #resumed = new Set();
  /** @type {Set<number>} rooms that could not be joined on this connection, in the order of their next try */
  #refused = new Set();
  #timer = 0;

  /** @param {(event: object) => boolean} send to the server */
  constructor(roster, send) {
    this.#roster = roster;
    this.#send = send;
  }

  /**
   * The query of the next connection: what we hold; where that is nothing, the room that the reader waits for.
   * @param {import('./room.js').Room | null} current
   */
  position(current) {
    const held = this.#roster.all.filter((room) => room.held);
    held.sort((one, other) => (other === current) - (one === current));
    // What came of a room before is cut off; whether one is still in it is the server's to say.
    const first = current && !current.joining && !this.#epoch ? current : this.#roster.lobby;
    const rooms = held.length || !first ? held.slice(0, MOST_RESUMED) : [first];
    this.#resumed = new Set(rooms.map(({ id }) => id));
    const resume = rooms.map((room) => `${room.id}:${room.held ? room.seq : 0}`).join(',');
    // With the name of a log we would be told what we lack of it, not a page to begin with.
    return new URLSearchParams(held.length ? { resume, epoch: this.#epoch } : { resume }).toString();
  }

  /** The server has named its log. Nothing that we have of another one counts. */
  welcomed(epoch) {
    if (this.#epoch && epoch !== this.#epoch) for (const room of this.#roster.all) room.forget();
    this.#epoch = epoch;
  }

  /** Nothing is told any more, until rooms are joined again. */
  disconnected() {
    for (const room of this.#roster.all) room.live = false;
    this.#refused.clear();
    clearTimeout(this.#timer);
  }

  forget() {
    this.#epoch = '';
  }

  /** Whether this connection began with this room. */
  resumed(room) {
    return this.#resumed.has(room.id);
  }

  /**
   * Join a room. With where we are only what is new comes; the rest is loaded when somebody opens it.
   * @param {boolean} whole let its latest page come, if we hold nothing of it
   */
  join(room, whole) {
    const since = room.held ? room.seq : room.told;
    const from = whole && !room.held ? {} : { since, epoch: this.#epoch };
    this.#send({ type: 'join', room: room.id, ref: `join ${room.id}`, ...from });
  }

  /** @returns {import('./room.js').Room | undefined} the room that an error is about: it could not be joined */
  refused({ ref }) {
    const [, id] = /^join (\d+)$/.exec(ref ?? '') ?? [];
    return this.#roster.room(Number(id));
  }

  /**
   * The server was too busy, or its disk full: without another try the room would stay silent until the next
   * connection. Rooms are tried one at a time, so that hundreds don't come back together to be refused again.
   */
  joinLater({ id }, retry = JOIN_AGAIN) {
    this.#refused.add(id);
    this.#tryIn(retry);
  }

  /** It was joined, or is no more: the next of those that were refused need not wait. */
  settled({ id }) {
    if (this.#refused.delete(id)) this.#tryNext();
  }

  #tryIn(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tryNext(), wait);
  }

  #tryNext() {
    clearTimeout(this.#timer);
    const [id] = this.#refused;
    if (!id) return;
    this.#refused.delete(id);
    this.#refused.add(id); // behind the others
    this.join(this.#roster.room(id), false);
    this.#tryIn(NO_ANSWER);
  }
}
