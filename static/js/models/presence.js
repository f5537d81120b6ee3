/** Who is in a room now, and the comings and goings that were seen while it was open. */

const NOTES_KEPT = 50;

export class Presence {
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
