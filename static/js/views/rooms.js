/** The lists of my rooms and of those I talk to directly, and my own entry below them. */

import { find, icon, name, paint, part } from './template.js';
import { words } from '../words.js';

export class Rooms {
  #root;
  #self;
  #opener;
  #chat;
  #go;
  #items = new Map();

  /** @param {(room: number) => void} go */
  constructor(root, { chat, go, opener }) {
    this.#root = root;
    this.#self = find(root, 'self');
    this.#opener = opener;
    this.#chat = chat;
    this.#go = go;
  }

  connect(signal) {
    this.#chat.addEventListener('rooms', () => this.#draw(), { signal });
    this.#chat.addEventListener('person', () => this.#draw(), { signal });
    this.#chat.addEventListener('me', () => this.#introduce(), { signal });
    this.#root.addEventListener('click', (event) => this.#click(event), { signal });
  }

  #draw() {
    const { rooms } = this.#chat;
    const wanted = new Set(rooms.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    this.#list(find(this.#root, 'list'), rooms.filter(({ direct }) => !direct));
    this.#list(find(this.#root, 'directs'), rooms.filter(({ direct }) => direct));
    const news = rooms.some((room) => this.#chat.hasNews(room));
    this.#opener.classList.toggle('news', news);
    name(this.#opener, news ? `${words.openRooms}. ${words.newRooms}` : words.openRooms);
  }

  #list(list, rooms) {
    rooms.forEach((room, at) => {
      const item = this.#item(room);
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
    });
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
    sign(find(item, 'sign'), room);
    find(item, 'name').textContent = room.name;
    find(item, 'closed').hidden = room.kind !== 'closed';
    count(find(item, 'news'), news ? room.positions : { unread: 0 });
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
    const link = event.target.closest('a.room');
    // With a key held, or the other button, it is a link like any other.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.#go(Number(link.dataset.room));
  }
}

/** How much is new in a room, and whether I am named in it. */
function count(place, { unread, mentions }) {
  place.hidden = !unread;
  place.classList.toggle('named', Boolean(mentions));
  find(place, 'count').textContent = mentions ? `@${most(mentions)}` : unread ? most(unread) : '';
  find(place, 'said').textContent = unread ? words.unread(unread, mentions) : '';
}

const most = (n) => (n > 99 ? '99+' : String(n));

/** What stands before a room's name: the initials of who is talked to, or a sign of its kind. */
function sign(place, room) {
  const { kind, direct, others } = room;
  if (place.dataset.drawn !== kind) place.replaceChildren(direct ? avatarOf() : icon(kind === 'closed' ? 'lock' : 'room'));
  place.dataset.drawn = kind;
  if (!direct || !others.length) return;
  paint(place.firstElementChild, others.length > 1 ? { id: others[0].id, name: String(others.length) } : others[0]);
}

function avatarOf() {
  const avatar = document.createElement('span');
  avatar.className = 'avatar';
  return avatar;
}
