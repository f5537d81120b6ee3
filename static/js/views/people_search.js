/** People by the beginning of a name, page by page: what was typed last is what is shown. */

const PAUSE = 150; // ms between the last key and the question
const PAGE = 50;

export class PeopleSearch {
  #field;
  #ask;
  #found;
  #turn = 0;
  #timer = 0;

  /** @type {object[]} */
  people = [];
  /** @type {Set<number>} ids of those present */
  here = new Set();
  more = false;
  answered = ''; // what was sought for what is shown

  /**
   * @param {HTMLInputElement} field
   * @param {(query: {q: string, limit: number, after?: number}) => Promise<object>} ask the server's listing
   * @param {(refusal?: Error) => void} found called when there is something new to show
   */
  constructor(field, ask, found) {
    this.#field = field;
    this.#ask = ask;
    this.#found = found;
    field.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.begin(), PAUSE);
    });
  }

  get sought() {
    return this.#field.value.trim();
  }

  /** Ask anew; what is shown stays until the answer is there. */
  begin() {
    return this.#load([]);
  }

  next() {
    return this.#load(this.people);
  }

  /** Whatever was asked doesn't matter any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    Object.assign(this, { people: [], here: new Set(), more: false });
  }

  async #load(before) {
    this.#turn += 1;
    const mine = this.#turn;
    try {
      const { sought } = this;
      const answer = await this.#ask({ q: sought, limit: PAGE, after: before.at(-1)?.id });
      if (mine !== this.#turn) return;
      this.people = [...before, ...(answer.users ?? answer.members)];
      this.here = new Set([...(before.length ? this.here : []), ...answer.here]);
      this.more = answer.more;
      this.answered = sought;
      this.#found();
    } catch (refusal) {
      if (mine === this.#turn) this.#found(refusal);
    }
  }
}
