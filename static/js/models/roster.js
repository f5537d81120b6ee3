/** The rooms that I am in, and whom this page has met in them. */

const byName = new Intl.Collator(undefined, { numeric: true }); // room 2 before room 10

export class Roster {
  /** @type {Map<number, import('./room.js').Room>} */
  #rooms = new Map();
  #make;

  /** @param {(entry: object) => import('./room.js').Room} make */
  constructor(make) {
    this.#make = make;
  }

  /** The lobby first (it was made before all others), then by name. */
  get sorted() {
    const { lobby } = this;
    return this.all.sort((one, other) => (other === lobby) - (one === lobby) || byName.compare(one.name, other.name));
  }

  get all() {
    return [...this.#rooms.values()];
  }

  get lobby() {
    return this.#rooms.get(Math.min(...this.#rooms.keys()));
  }

  /** Messages that I haven't seen, in all of them. */
  get unread() {
    return this.all.reduce((sum, { positions }) => sum + positions.unread, 0);
  }

  room(id) {
    return this.#rooms.get(id);
  }

  /** Take a room in, or what is new of it. @returns {import('./room.js').Room} */
  add(entry) {
    const known = this.#rooms.get(entry.id);
    if (known) known.describe(entry);
    else this.#rooms.set(entry.id, this.#make(entry));
    return this.#rooms.get(entry.id);
  }

  remove(id) {
    this.#rooms.delete(id);
  }

  clear() {
    this.#rooms.clear();
  }

  /**
   * Somebody whom this page has met: as they were last told of.
   * @param {import('./room.js').Room | null} first where to look before all others
   */
  person(id, first) {
    for (const room of [first, ...this.all]) {
      const found = room?.person(id);
      if (found) return found;
    }
    return undefined;
  }
}
