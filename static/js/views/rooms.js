/** The list of my rooms, and my own entry below it. */

import { find, name, paint, part } from './template.js';
import { words } from '../words.js';

export class Rooms {
  #list;
  #self;
  #opener;
  #chat;
  #go;
  #items = new Map();

  /** @param {(room: number) => void} go */
  constructor(root, { chat, go, opener }) {
    this.#list = find(root, 'list');
    this.#self = find(root, 'self');
    this.#opener = opener;
    this.#chat = chat;
    this.#go = go;
  }

  connect(signal) {
    this.#chat.addEventListener('rooms', () => this.#draw(), { signal });
    this.#chat.addEventListener('me', () => this.#introduce(), { signal });
    this.#list.addEventListener('click', (event) => this.#click(event), { signal });
  }

  #draw() {
    const rooms = this.#chat.rooms;
    const wanted = new Set(rooms.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    rooms.forEach((room, at) => {
      const item = this.#item(room);
      if (this.#list.children[at] !== item) this.#list.insertBefore(item, this.#list.children[at] ?? null);
    });
    const news = rooms.some((room) => this.#chat.hasNews(room));
    this.#opener.classList.toggle('news', news);
    name(this.#opener, news ? `${words.openRooms}. ${words.newRooms}` : words.openRooms);
  }

  #item(room) {
    let item = this.#items.get(room.id);
    if (!item) {
      item = part('room');
      this.#items.set(room.id, item);
    }
    const link = find(item, 'link');
    const news = this.#chat.hasNews(room);
    link.href = `/rooms/${room.id}`;
    link.dataset.room = room.id;
    find(item, 'name').textContent = room.name;
    find(item, 'news').hidden = !news;
    link.classList.toggle('news', news);
    if (room === this.#chat.current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
    return item;
  }

  #introduce() {
    const { me } = this.#chat;
    if (!me) return;
    find(this.#self, 'name').textContent = me.name;
    paint(find(this.#self, 'avatar'), me);
  }

  #click(event) {
    const link = event.target.closest('a');
    // With a key held, or the other button, it is a link like any other.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.#go(Number(link.dataset.room));
  }
}
