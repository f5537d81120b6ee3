/** Completion of `:emoji` and `@name` while one writes: a list above the field, walked by the arrows. */

import { api } from '../models/api.js';
import { emojiTable, sought } from '../models/emoji.js';
import { words } from '../words.js';
import { show } from './glyphs.js';
import { find, icon, paint, part } from './template.js';

const MOST = 8;
const BEGUN = /(?:^|[\s(])(?:(:)([a-z0-9_+-]{2,})|(@)([^\s@:"]{0,32}))$/iu;

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export class Completion {
  #place;
  #field;
  #chat;
  #list = part('completion');
  #found = [];
  #at = 0;
  #begun = null;
  #asked = 0;

  /** @param {HTMLElement} place what the list lies over, above the field */
  constructor(field, place, chat) {
    this.#field = field;
    this.#place = place;
    this.#chat = chat;
  }

  connect(signal) {
    this.#place.append(this.#list);
    this.#field.setAttribute('aria-autocomplete', 'list');
    this.#field.setAttribute('aria-controls', this.#list.id);
    this.#field.addEventListener('input', () => this.#look(), { signal });
    this.#field.addEventListener('blur', () => this.#close(), { signal });
    // Before the composer, whose Enter sends.
    this.#field.addEventListener('keydown', (event) => this.#key(event), { signal, capture: true });
    // The field keeps the focus.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault(), { signal });
    this.#list.addEventListener('click', ({ target }) => this.#press(target.closest('[role="option"]')), { signal });
    this.#look();
  }

  async #look() {
    const { value, selectionStart } = this.#field;
    const begun = BEGUN.exec(value.slice(0, selectionStart));
    this.#asked += 1;
    if (!begun) return this.#close();
    const asked = this.#asked;
    const [, colon, emoji, , name] = begun;
    const typed = colon ? emoji : name;
    const from = selectionStart - typed.length - 1;
    const offer = (found) => asked === this.#asked && this.#offer({ from, to: selectionStart }, found);
    if (colon) return offer(await this.#emoji(typed.toLowerCase()));
    const near = this.#people(plain(typed));
    offer(near);
    return near.length < MOST && offer(await this.#further(typed, near));
  }

  async #emoji(typed) {
    const { all } = await emojiTable().catch(() => ({ all: [] }));
    return sought(all, typed, MOST).map(([name, emoji]) => ({ emoji, name: `:${name}:`, text: emoji }));
  }

  #people(typed) {
    const { me, current } = this.#chat;
    const people = current.known.filter(({ id }) => id !== me.id).map((user) => ({ user, name: user.name }));
    return [...people, ...everybody(current)].filter(({ name }) => begins(name, typed)).slice(0, MOST).map(mention);
  }

  async #further(typed, near) {
    const others = await this.#sought(this.#chat.current, typed).catch(() => []);
    const there = new Set(near.map(({ user }) => user?.id));
    const fresh = others.filter(({ id }) => id !== this.#chat.me.id && !there.has(id));
    return [...near, ...fresh.map((user) => mention({ user, name: user.name }))].slice(0, MOST);
  }

  // Behind those whom the page knows in the room: its members; in an open one the people of the place, whom the
  // name would call there.
  async #sought({ id, kind }, typed) {
    if (kind === 'direct') return [];
    if (kind === 'closed') return (await api.members(id, { q: typed, limit: MOST })).members;
    return typed ? (await api.users({ q: typed, limit: MOST })).users : [];
  }

  #offer(begun, found) {
    if (!found.length) return this.#hide();
    this.#begun = begun;
    this.#found = found;
    this.#list.hidden = false;
    this.#list.replaceChildren(...found.map(option));
    return this.#point(0);
  }

  #close() {
    this.#asked += 1; // what is on its way comes too late
    this.#hide();
  }

  #hide() {
    this.#begun = null;
    this.#list.hidden = true;
    this.#field.removeAttribute('aria-activedescendant');
  }

  #point(at) {
    this.#at = at;
    const options = [...this.#list.children];
    options.forEach((each, place) => each.setAttribute('aria-selected', String(place === at)));
    this.#field.setAttribute('aria-activedescendant', options[at].id);
    options[at].scrollIntoView({ block: 'nearest' });
  }

  #press(item) {
    if (item) this.#take([...this.#list.children].indexOf(item));
  }

  #key(event) {
    if (!this.#begun || event.isComposing || event.shiftKey) return null;
    const { length } = this.#found;
    if (event.key === 'ArrowDown') this.#point((this.#at + 1) % length);
    else if (event.key === 'ArrowUp') this.#point((this.#at + length - 1) % length);
    else if (event.key === 'Enter' && this.#complete) return this.#close(); // it is there already: send it
    else if (event.key === 'Enter' || event.key === 'Tab') this.#take(this.#at);
    else if (event.key === 'Escape') this.#close();
    else return null;
    event.preventDefault();
    event.stopImmediatePropagation();
    return null;
  }

  get #complete() {
    const { from, to } = this.#begun;
    return this.#field.value.slice(from, to) === this.#found[this.#at].text;
  }

  #take(at) {
    const { from, to } = this.#begun;
    this.#close();
    this.#field.setRangeText(`${this.#found[at].text} `, from, to, 'end');
    this.#field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
}

/** The names that call more than one. Where two talk, they would call nobody else. */
function everybody({ direct, others }) {
  if (direct) return others.length > 1 ? [{ name: 'room', note: words.everybody.direct }] : [];
  return ['here', 'room'].map((name) => ({ name, note: words.everybody[name] }));
}

const begins = (name, typed) => plain(name).split(/\s+/u).some((word) => word.startsWith(typed));

/** A name of several words is put between quotes, or only its first would count. */
function mention({ name, ...rest }) {
  return { ...rest, name, text: /^[\p{L}\p{N}_.-]+$/u.test(name) ? `@${name}` : `@"${name}"` };
}

function option({ emoji, user, name, note }, at) {
  const item = part('completion-option');
  item.id = `completion-${at}`;
  const sign = find(item, 'sign');
  if (emoji) show(sign, emoji);
  else if (user) {
    const avatar = document.createElement('span');
    avatar.className = 'avatar';
    paint(avatar, user);
    sign.append(avatar);
  } else sign.append(icon('people'));
  find(item, 'name').textContent = name;
  find(item, 'note').textContent = note ?? '';
  return item;
}
