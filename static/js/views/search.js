/** Search in all that one may read: newest first, as far back as one scrolls; a hit opens in its place. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { rendered } from './markup.js';
import { find, part } from './template.js';

const TYPED = 200; // ms of quiet after which what is typed is sought
const PAGES = 15; // asked for at once until the window is full: the server looks through so many messages at a time

export function open(context) {
  new Search(ask('search'), context).connect();
}

class Search {
  #dialog;
  #context;
  #field;
  #list;
  #state;
  #end;
  #further;
  #scroller;
  #sought = '';
  #before; // where the next page goes on; null: there is none
  #turn = 0;
  #loading = false;
  #timer = 0;

  constructor(dialog, context) {
    this.#dialog = dialog;
    this.#context = context;
    this.#field = find(dialog, 'field');
    this.#list = find(dialog, 'list');
    this.#state = find(dialog, 'state');
    this.#end = find(dialog, 'end');
    this.#further = find(dialog, 'further');
    this.#scroller = find(dialog, 'scroller');
  }

  connect() {
    this.#field.addEventListener('input', () => this.#typed());
    this.#dialog.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('click', (event) => this.#press(event));
    this.#further.addEventListener('click', () => this.#more());
    const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#more(), {
      root: this.#scroller,
      rootMargin: '200px',
    });
    near.observe(this.#end);
    this.#dialog.addEventListener('close', () => near.disconnect());
    this.#say(words.searchHint);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), TYPED);
  }

  #begin() {
    const sought = this.#field.value.trim();
    if (sought === this.#sought) return;
    this.#sought = sought;
    this.#before = undefined;
    this.#turn += 1;
    this.#loading = false;
    this.#list.replaceChildren();
    this.#further.hidden = true;
    if (sought) this.#more();
    else this.#say(words.searchHint);
  }

  async #more() {
    if (!this.#sought || this.#loading || this.#before === null) return;
    this.#loading = true;
    const turn = this.#turn;
    this.#further.hidden = true;
    this.#say(words.searching);
    try {
      let pages = 0;
      while (pages < PAGES && (await this.#page(turn))) pages += 1;
      if (pages === PAGES) this.#offer();
    } catch (refusal) {
      if (turn === this.#turn) this.#fail(refusal);
    }
    if (turn === this.#turn) this.#loading = false;
  }

  /** @returns {Promise<boolean>} whether there is another, and room to show it */
  async #page(turn) {
    const { messages, more, before } = await api.search({ q: this.#sought, before: this.#before });
    if (turn !== this.#turn) return false; // something else is sought by now
    this.#before = more ? (before ?? messages.at(-1)?.id ?? null) : null;
    this.#list.append(...messages.map((message) => this.#hit(message)));
    const count = this.#list.childElementCount;
    this.#say(count ? words.hits(count, more) : more ? words.searching : words.noHits);
    return more && this.#scroller.scrollHeight <= this.#scroller.clientHeight;
  }

  /** As one scrolls, the next page is asked for; here is nothing to scroll. */
  #offer() {
    if (!this.#list.childElementCount) this.#say(words.noHitsYet);
    this.#further.hidden = false;
  }

  #hit(message) {
    const { chat } = this.#context;
    const item = part('hit');
    const link = find(item, 'link');
    link.href = `/messages/${message.id}`;
    find(item, 'author').textContent = message.user.name;
    find(item, 'room').textContent = chat.room(message.room)?.name ?? '';
    find(item, 'time').textContent = `${words.day(message.date)} ${words.time(message.date)}`;
    find(item, 'text').append(...rendered(message.marked ?? '', { me: chat.me.id }));
    return item;
  }

  #fail(refusal) {
    this.#before = null;
    this.#say(words.refusal(refusal));
  }

  #say(sentence) {
    this.#state.textContent = sentence;
  }

  // To the hit, in this tab; with a key held it is a link like any other.
  #press(event) {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#dialog.close();
    this.#context.goTo(Number(link.pathname.split('/').at(-1)));
  }

  #key(event) {
    const links = [...this.#list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement);
    if (event.key === 'Enter' && at < 0) links[0]?.click();
    else if (event.key === 'ArrowDown') (links[at + 1] ?? links[at])?.focus();
    else if (event.key === 'ArrowUp' && at >= 0) (links[at - 1] ?? this.#field).focus();
    else return;
    event.preventDefault();
  }
}
