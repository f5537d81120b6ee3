/**
 * One room as this page holds it: an unbroken run of messages up to the latest, by id, each in its newest state.
 *
 * While the first page is on its way (until `loaded`), what is told live is set aside and then joined to that page:
 * kept on its own it could be a change of an old message, with a hole after it.
 *
 * Fires `changed` (`detail.fresh`: messages that are new to the reader; `detail.live`: said just now),
 * `people`, and `described`.
 */

const NOTES_KEPT = 50;

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
  messages = [];
  presence = new Presence();
  seq = 0; // up to here, nothing is missing
  held = false; // the server tells us of changes after `seq`
  loaded = false;
  more = false; // older messages exist
  loading = false;
  failed = false;
  #aside = [];
  #given = '';
  #me;

  /** @param {number} me whose page this is */
  constructor(entry, me = 0) {
    super();
    this.#me = me;
    this.describe(entry);
  }

  /** @param {{members?: object[], maker?: number}} entry `members` for direct rooms, `maker` where there is one */
  describe({ id, name, kind, topic, seq, members = [], maker = 0 }) {
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

  get lastId() {
    return this.messages.at(-1)?.id ?? 0;
  }

  /** @param {{messages: object[], seq: number, reset: boolean, more: boolean}} history */
  restore({ messages, seq, reset, more }) {
    const known = this.lastId;
    if (reset) {
      this.messages = [];
      this.#aside = [];
      this.presence.forget();
      this.loaded = true;
      this.failed = false;
      this.more = more;
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

  /** The latest page, loaded because the reader opened the room. */
  begin({ messages, more }) {
    this.messages = messages;
    this.more = more;
    this.loaded = true;
    for (const message of this.#aside.splice(0)) this.upsert(message);
    this.#changed();
  }

  /** A page before what we have. */
  prepend({ messages, more }) {
    const first = this.messages[0]?.id ?? Infinity;
    this.messages.unshift(...messages.filter(({ id }) => id < first));
    this.more = more;
    this.#changed();
  }

  progress(loading, failed = false) {
    this.loading = loading;
    this.failed = failed;
    this.#changed();
  }

  /**
   * The one rule for new, changed and twice-told messages: per id, the state with the highest `seq`.
   * @returns {boolean} whether it was a new one
   */
  upsert(message) {
    const at = this.indexOf(message.id);
    const known = this.messages[at];
    if (known?.id === message.id) {
      if (message.seq > known.seq) this.messages[at] = message;
      return false;
    }
    // Before our first message lies what we haven't loaded: it will come, in this state or a newer one.
    if (at === 0 && this.messages.length && this.more) return false;
    this.messages.splice(at, 0, message);
    return true;
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

  /** @returns {object | undefined} the message with this id, if we hold it */
  message(id) {
    const found = this.messages[this.indexOf(id)];
    return found?.id === id ? found : undefined;
  }

  entered({ user, count }) {
    this.presence.enter(user, count, this.lastId);
    this.#peopled();
  }

  left({ user, count }) {
    this.presence.leave(user, count, this.lastId);
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
    for (const message of this.messages) if (message.user.id === user.id) message.user = user;
    this.#peopled();
  }

  /** The log is another one now (its `epoch` changed): nothing that we have counts. */
  forget() {
    Object.assign(this, { messages: [], seq: 0, told: 0, held: false, loaded: false, more: false, failed: false });
    this.#aside = [];
    this.presence.forget();
    this.#changed();
  }

  #take(message) {
    this.#changed(this.#join(message) ? [message] : [], true);
  }

  /** @returns {boolean} whether it was a new one */
  #join(message) {
    if (this.loaded) return this.upsert(message);
    // What came before we asked for a page is in that page: it was stored before anyone was told.
    if (this.loading) this.#aside.push(message);
    return true;
  }

  #changed(fresh = [], live = false) {
    this.dispatchEvent(new CustomEvent('changed', { detail: { fresh, live } }));
  }

  #peopled() {
    this.dispatchEvent(new Event('people'));
  }
}
