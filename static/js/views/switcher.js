/** Ctrl+K: to a room by a few letters of its name; and where one finds rooms to join, and makes new ones. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { find, icon, part } from './template.js';

export function open(context) {
  new Switcher(ask('switcher'), context).connect();
}

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

class Switcher {
  #dialog;
  #field;
  #list;
  #context;
  #others = [];
  #choices = [];
  #at = 0;

  constructor(dialog, context) {
    this.#dialog = dialog;
    this.#context = context;
    this.#field = find(dialog, 'field');
    this.#list = find(dialog, 'list');
  }

  // No `disconnect`: the dialog takes its listeners with it.
  connect() {
    this.#field.addEventListener('input', () => this.#draw(0));
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('click', (event) => {
      const item = event.target.closest('[role="option"]');
      if (item) this.#choose([...this.#list.children].indexOf(item));
    });
    this.#draw(0);
    this.#browse();
  }

  async #browse() {
    const { rooms } = await api.rooms().catch(() => ({ rooms: [] }));
    this.#others = rooms.filter(({ id }) => !this.#context.chat.room(id));
    // They come below one's own rooms: the choice made meanwhile stands.
    this.#draw(this.#at);
  }

  #draw(at) {
    const typed = this.#field.value.trim();
    const sought = plain(typed);
    const rank = ({ name }) => (plain(name).startsWith(sought) ? 0 : 1);
    const fits = ({ name }) => plain(name).includes(sought);
    const found = (rooms) => rooms.filter(fits).sort((one, other) => rank(one) - rank(other));
    const rooms = [...found(this.#context.chat.rooms), ...found(this.#others)];
    this.#choices = rooms.map((room) => ({ room }));
    const exact = rooms.some(({ name }) => plain(name) === sought);
    if (!exact) this.#choices.push({ make: typed });
    this.#list.replaceChildren(...this.#choices.map((choice, each) => this.#option(choice, each)));
    this.#point(at);
  }

  #option({ room, make }, at) {
    const option = part('option');
    option.id = `option-${at}`;
    find(option, 'icon').append(icon(room ? 'room' : 'plus'));
    if (room) {
      find(option, 'name').textContent = room.name;
      find(option, 'topic').textContent = room.topic ?? '';
      const mine = this.#context.chat.room(room.id);
      find(option, 'note').textContent = !mine ? words.joinIt : mine === this.#context.chat.current ? words.hereAlready : '';
    } else {
      find(option, 'name').textContent = make ? words.makeNamed(make) : words.makeRoom;
    }
    return option;
  }

  #point(at) {
    this.#at = at;
    [...this.#list.children].forEach((option, each) => option.setAttribute('aria-selected', String(each === at)));
    const chosen = this.#list.children[at];
    if (chosen) this.#field.setAttribute('aria-activedescendant', chosen.id);
    chosen?.scrollIntoView({ block: 'nearest' });
  }

  #key(event) {
    if (event.isComposing) return;
    const { length } = this.#choices;
    if (event.key === 'ArrowDown') this.#point((this.#at + 1) % length);
    else if (event.key === 'ArrowUp') this.#point((this.#at + length - 1) % length);
    else if (event.key === 'Enter') this.#choose(this.#at);
    else return;
    event.preventDefault();
  }

  #choose(at) {
    const { room, make } = this.#choices[at];
    this.#dialog.close();
    if (room) this.#context.go(room.id, true);
    else this.#context.open('new_room', { name: make });
  }
}
