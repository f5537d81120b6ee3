/** Ctrl+K: to a room or a person by a few letters; and where one finds rooms to join, and makes new ones. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { PeopleSearch } from './people_search.js';
import { find, icon, paint, part } from './template.js';

export function open(context) {
  new Switcher(ask('switcher'), context).connect();
}

const PEOPLE = 8; // at most, among the rooms

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

class Switcher {
  #dialog;
  #field;
  #list;
  #context;
  #others = [];
  #people;
  #choices = [];
  #at = 0;

  constructor(dialog, context) {
    this.#dialog = dialog;
    this.#context = context;
    this.#field = find(dialog, 'field');
    this.#list = find(dialog, 'list');
    this.#people = new PeopleSearch(this.#field, api.users, () => this.#draw(this.#at));
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
    const people = typed ? this.#people.people.filter((user) => fits(user) && !this.#isMe(user)) : [];
    this.#choices = [...rooms.map((room) => ({ room })), ...people.slice(0, PEOPLE).map((user) => ({ user }))];
    const exact = rooms.some(({ name }) => plain(name) === sought);
    if (!exact) this.#choices.push({ make: typed });
    this.#list.replaceChildren(...this.#choices.map((choice, each) => this.#option(choice, each)));
    this.#point(at);
  }

  #isMe(user) {
    return user.id === this.#context.chat.me.id;
  }

  #option({ room, user, make }, at) {
    const option = part('option');
    option.id = `option-${at}`;
    if (room) this.#describeRoom(option, room);
    else if (user) this.#describePerson(option, user);
    else {
      find(option, 'icon').append(icon('plus'));
      find(option, 'name').textContent = make ? words.makeNamed(make) : words.makeRoom;
    }
    return option;
  }

  #describeRoom(option, room) {
    const { chat } = this.#context;
    find(option, 'icon').append(icon({ closed: 'lock', direct: 'talk-to' }[room.kind] ?? 'room'));
    find(option, 'name').textContent = room.name;
    find(option, 'topic').textContent = room.topic ?? '';
    const mine = chat.room(room.id);
    find(option, 'note').textContent = !mine ? words.joinIt : mine === chat.current ? words.hereAlready : '';
  }

  #describePerson(option, user) {
    const avatar = find(option, 'icon');
    avatar.classList.add('avatar');
    paint(avatar, user);
    find(option, 'name').textContent = user.name;
    find(option, 'note').textContent = this.#people.here.has(user.id) ? words.here : '';
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
    const { room, user, make } = this.#choices[at];
    this.#dialog.close();
    if (room) this.#context.go(room.id, true);
    else if (user) this.#write(user);
    else this.#context.open('new_room', { name: make });
  }

  #write({ id }) {
    api.direct([id]).then(this.#context.enterRoom, (refusal) => this.#context.tell(words.refusal(refusal)));
  }
}
