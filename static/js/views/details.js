/** What there is to know about the room: its topic, who is in it, and what can be done with it. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { find, paint, part } from './template.js';

const AGAIN = 5_000; // ms: people come and go all the time, and the list of members may be long

export class Details {
  #root;
  #context;
  #chat;
  #room = null;
  #search = null; // among the members; loaded when it is first needed, which in the lobby may be never
  #acts = null; // the same
  #items = new Map();
  #leave = new AbortController();
  #frame = 0;
  #timer = 0;
  #asked = false; // for the members, not only for those who are here

  constructor(root, context) {
    this.#root = root;
    this.#context = context;
    this.#chat = context.chat;
    find(root, 'search').addEventListener('input', () => this.#search || this.#seek(), { once: true });
    find(root, 'more').addEventListener('click', () => (this.#asked ? this.#search.next() : this.#seek()));
  }

  #showFiles = () => this.#context.open('gallery', { room: this.#room });

  disconnect() {
    this.#leave.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  show(room) {
    this.disconnect();
    this.#leave = new AbortController();
    this.#room = room;
    this.#asked = false;
    this.#search?.stop();
    find(this.#root, 'search').value = '';
    find(this.#root, 'none').textContent = '';
    if (!room) return;
    const { signal } = this.#leave;
    find(this.#root, 'files').addEventListener('click', this.#showFiles, { signal });
    room.addEventListener('people', () => this.#peopled(), { signal });
    room.addEventListener('described', () => this.#later(), { signal });
    this.#chat.addEventListener('rooms', () => this.#later(), { signal });
    this.#chat.addEventListener('me', () => this.#later(), { signal });
    // Everybody is in the lobby: who isn't here now is listed there only when somebody asks.
    if (room !== this.#chat.lobby && !room.direct) this.#seek();
    this.#draw();
  }

  /** Those of the members whom the server knows by now, whether they are here or not. */
  get members() {
    return [...(this.#search?.people ?? []), ...this.#room.presence.people.values()];
  }

  /** Ask for the members anew. */
  async #seek() {
    this.#asked = true;
    if (!this.#search) {
      const module = await import('./people_search.js').catch(() => null);
      if (!module) {
        this.#asked = false;
        return;
      }
      const members = (query) => api.members(this.#room.id, query);
      this.#search ??= new module.PeopleSearch(find(this.#root, 'search'), members, (refusal) => this.#found(refusal));
    }
    if (this.#room) await this.#search.begin();
  }

  #found(refusal) {
    // A search in the lobby asks for its members, too.
    this.#asked = true;
    // That the server is away is told below what one writes; those who are known stay.
    const told = refusal && !(refusal.unreachable && this.#search?.people.length);
    find(this.#root, 'none').textContent = told ? words.refusal(refusal) : '';
    if (this.#room) this.#draw();
  }

  #peopled() {
    this.#later();
    if (!this.#asked || this.#timer || this.#room.presence.partial) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#seek();
    }, AGAIN);
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
    const { here, away } = this.#people();
    find(this.#root, 'many').hidden = !presence.partial || here.length > 0;
    find(this.#root, 'away-title').hidden = !away.length;
    this.#list(find(this.#root, 'list'), here);
    this.#list(find(this.#root, 'away'), away);
    const shown = new Set([...here, ...away].map(({ id }) => id));
    for (const id of this.#items.keys()) if (!shown.has(id)) this.#items.delete(id);
    if (this.#search?.sought && !shown.size) find(this.#root, 'none').textContent = words.nobodyFound;
    this.#offerMore();
    this.#offerActs();
  }

  /** Those here, as the room tells, and the members beside them, as far as they are known. */
  #people() {
    const { presence, direct, members } = this.#room;
    const known = direct ? members : (this.#search?.people ?? []);
    const sought = (this.#search?.sought ?? '').toLocaleLowerCase();
    const fits = ({ name }) =>
      name
        .toLocaleLowerCase()
        .split(/\s+/u)
        .some((word) => word.startsWith(sought));
    const isHere = ({ id }) => presence.people.has(id) || (presence.partial && this.#search?.here.has(id));
    const here = presence.partial ? known.filter(isHere) : presence.sorted().filter(fits);
    return { here, away: known.filter((user) => !isHere(user)) };
  }

  #list(list, people) {
    people.forEach((user, at) => {
      const item = this.#item(user);
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
    });
    while (list.children.length > people.length) list.lastElementChild.remove();
  }

  #item(user) {
    let item = this.#items.get(user.id);
    if (!item) this.#items.set(user.id, (item = part('person')));
    const isMe = user.id === this.#chat.me?.id;
    const looksAfter = user.id === this.#room.maker;
    const notes = [isMe && words.you, looksAfter ? words.looksAfter : words.quietRoles[user.role]];
    find(item, 'name').textContent = user.name;
    find(item, 'note').textContent = notes.filter(Boolean).join(' · ');
    find(item, 'open').dataset.user = user.id;
    paint(find(item, 'avatar'), user);
    return item;
  }

  #offerMore() {
    const more = find(this.#root, 'more');
    more.hidden = this.#room.direct || (this.#asked && !this.#search?.more);
    more.textContent = this.#asked ? words.showMore : words.showEverybody;
  }

  async #offerActs() {
    const { me, lobby } = this.#chat;
    // In the lobby there is nothing that a guest or a member could do.
    const idle = this.#room === lobby && (me?.role === 'guest' || me?.role === 'member');
    find(this.#root, 'acts').hidden = idle;
    if (!me || !lobby || idle) return;
    const module = await import('./room_acts.js').catch(() => null);
    if (!module) return;
    this.#acts ??= new module.RoomActs(find(this.#root, 'acts'), this.#context, this);
    if (this.#room && this.#chat.me) this.#acts.show(this.#room);
  }

  /** Somebody was brought in. */
  brought() {
    this.#seek();
  }
}
