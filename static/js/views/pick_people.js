/** Choose people by name: to write to, or to bring into a room. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { PeopleSearch } from './people_search.js';
import { find, paint, part } from './template.js';

/**
 * @param {{title: string, about: string, act: string, most: number, without: Set<number>,
 *   done: (users: object[]) => Promise<void>}} wish `most`: how many may be chosen; `without`: who isn't offered
 */
export function pickPeople(wish) {
  new Picker(ask('pick-people'), wish).connect();
}

class Picker {
  #dialog;
  #wish;
  #search;
  #chosen = new Map();

  constructor(dialog, wish) {
    this.#dialog = dialog;
    this.#wish = wish;
    this.#search = new PeopleSearch(this.#part('search'), api.users, (refusal) => this.#draw(refusal));
  }

  // No `disconnect`: the dialog takes its listeners with it.
  connect() {
    const { title, about, act } = this.#wish;
    this.#part('title').textContent = title;
    this.#part('about').textContent = about;
    this.#part('act').textContent = act;
    this.#part('more').addEventListener('click', () => this.#search.next());
    this.#part('search').addEventListener('keydown', (event) => this.#key(event));
    answer(this.#part('form'), () => this.#done());
    this.#summarise();
    this.#search.begin();
  }

  #part(name) {
    return find(this.#dialog, name);
  }

  async #done() {
    if (!this.#chosen.size) return;
    await this.#wish.done([...this.#chosen.values()]);
    this.#dialog.close();
  }

  // Enter takes the first one found; in an empty field it is done.
  async #key(event) {
    if (event.key !== 'Enter' || event.isComposing || !this.#search.sought) return;
    event.preventDefault();
    // Of what was typed, not of what was shown before the answer to it.
    if (this.#search.answered !== this.#search.sought) await this.#search.begin();
    const first = this.#part('list').querySelector('input:not(:checked)');
    if (!first) return;
    first.click();
    this.#part('search').value = '';
    this.#search.begin();
  }

  #draw(refusal) {
    const people = this.#search.people.filter(({ id }) => !this.#wish.without.has(id));
    // Those who are here first: it is they who answer.
    const here = ({ id }) => this.#search.here.has(id);
    people.sort((one, other) => here(other) - here(one));
    this.#part('list').replaceChildren(...people.map((user) => this.#item(user, here(user))));
    this.#part('more').hidden = !this.#search.more;
    this.#part('none').textContent = refusal ? words.refusal(refusal) : people.length ? '' : words.nobodyFound;
    this.#limit();
  }

  #item(user, here) {
    const item = part('pick');
    paint(find(item, 'avatar'), user);
    find(item, 'name').textContent = user.name;
    find(item, 'note').textContent = here ? words.here : '';
    const tick = find(item, 'tick');
    tick.value = user.id;
    tick.checked = this.#chosen.has(user.id);
    tick.addEventListener('change', () => {
      if (tick.checked) this.#chosen.set(user.id, user);
      else this.#chosen.delete(user.id);
      this.#summarise();
    });
    return item;
  }

  #summarise() {
    const names = [...this.#chosen.values()].map(({ name }) => name);
    this.#part('chosen').textContent = names.length ? words.chosen(names) : '';
    this.#part('act').disabled = !names.length;
    this.#limit();
  }

  #limit() {
    const full = this.#chosen.size >= this.#wish.most;
    for (const tick of this.#part('list').querySelectorAll('input')) tick.disabled = full && !tick.checked;
  }
}
