/** What there is to know about the room: its topic, who is here, and the way out. */

import { words } from '../words.js';
import { sentence } from './dialog.js';
import { find, paint, part } from './template.js';

export class Details {
  #root;
  #chat;
  #room = null;
  #items = new Map();
  #leave = new AbortController();
  #frame = 0;

  constructor(root, { chat, tell }) {
    this.#root = root;
    this.#chat = chat;
    const leave = () => chat.leave(this.#room).catch((refusal) => tell(sentence(refusal)));
    find(root, 'leave').addEventListener('click', leave);
  }

  disconnect() {
    this.#leave.abort();
    cancelAnimationFrame(this.#frame);
  }

  show(room) {
    this.disconnect();
    this.#leave = new AbortController();
    this.#room = room;
    if (!room) return;
    const { signal } = this.#leave;
    room.addEventListener('people', () => this.#later(), { signal });
    room.addEventListener('described', () => this.#later(), { signal });
    this.#chat.addEventListener('rooms', () => this.#later(), { signal });
    this.#draw();
  }

  // Two hundred people may come in one frame, after a restart.
  #later() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const { presence, topic } = this.#room;
    find(this.#root, 'topic').textContent = topic;
    find(this.#root, 'count').textContent = presence.count ? presence.count.toLocaleString() : '';
    find(this.#root, 'many').hidden = !presence.partial;
    find(this.#root, 'leave').hidden = this.#room === this.#chat.lobby;
    const list = find(this.#root, 'list');
    const wanted = new Set(presence.people.keys());
    for (const [id, item] of this.#items) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    presence.sorted().forEach((user, at) => {
      const item = this.#item(user);
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
    });
  }

  #item(user) {
    let item = this.#items.get(user.id);
    if (!item) this.#items.set(user.id, (item = part('person')));
    find(item, 'name').textContent = user.name;
    find(item, 'note').textContent = user.id === this.#chat.me?.id ? words.you : '';
    find(item, 'open').dataset.user = user.id;
    paint(find(item, 'avatar'), user);
    return item;
  }
}
