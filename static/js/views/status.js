/**
 * The frame of the talk: which room this is, in the page's head and the tab's title; how the connection is, in a line that is always there and takes no more room when
 * there is more to say; and what just happened, in a sentence said once.
 */

import { words } from '../words.js';
import { find, icon, name, part, place } from './template.js';

const SHOWN = 6000; // ms; nobody need act on what is said once, and it is said aloud as well
const WAITING = new Set(['reconnecting', 'offline']);
const REACTION = 400;
const OFFER = { connected: 'disconnect', reconnecting: 'connect', offline: 'connect', disconnected: 'connect' };
const UNNOTICED = 1_500; // ms in which a server takes the place of another
const SETTLED = 1_000; // ms, before a count is put on the icon

export class Status {
  #root;
  #short;
  #connection;
  #tick = 0;
  #later = 0;
  #offered = ''; // what the button last said
  #turned = 0; // when that became another word

  /** @param {HTMLElement} short where the state is told in a word, beside one's name */
  constructor(root, { connection, short }) {
    this.#root = root;
    this.#short = short;
    this.#connection = connection;
  }

  connect(signal) {
    this.#connection.addEventListener('state', () => this.#changed(), { signal });
    find(this.#root, 'act').addEventListener('click', () => this.#act(), { signal });
    signal.addEventListener('abort', () => {
      clearInterval(this.#tick);
      clearTimeout(this.#later);
    });
    this.#changed();
  }

  #changed() {
    const updating = this.#connection.state === 'updating';
    // Most of the time it is over before one could read that it goes on.
    if (updating && !this.#later) this.#later = setTimeout(() => this.#draw(), UNNOTICED);
    if (updating) return;
    clearTimeout(this.#later);
    this.#later = 0;
    this.#draw();
  }

  #draw() {
    const { state } = this.#connection;
    clearInterval(this.#tick);
    if (WAITING.has(state)) this.#tick = setInterval(() => this.#count(), 1000);
    this.#root.dataset.state = state;
    this.#short.parentElement.dataset.state = state;
    this.#short.textContent = words.stateShort[state] ?? '';
    // The seconds are for the eye alone: a voice would count them aloud.
    find(this.#root, 'voice').textContent = this.#sentence(0);
    const act = find(this.#root, 'act');
    act.hidden = !OFFER[state];
    if (OFFER[state]) this.#offer(act, OFFER[state]);
    this.#count();
  }

  #offer(act, offered) {
    act.textContent = words[offered];
    if (this.#offered && this.#offered !== offered) this.#turned = Date.now();
    this.#offered = offered;
  }

  #count() {
    const seconds = Math.max(0, Math.ceil((this.#connection.retryAt - Date.now()) / 1000));
    find(this.#root, 'text').textContent = this.#sentence(seconds);
  }

  #sentence(seconds) {
    const sentence = words.state[this.#connection.state] ?? '';
    return typeof sentence === 'function' ? sentence(seconds) : sentence;
  }

  #act() {
    if (this.#connection.state !== 'connected') this.#connection.connect();
    // Who was about to press "Connect" when it came back by itself doesn't mean what the button says by now.
    else if (Date.now() - this.#turned > REACTION) this.#connection.disconnect();
  }
}

/** A sentence at the top of the timeline, which goes by itself. */
export class Notice {
  #place;
  #timer = 0;

  constructor(place) {
    this.#place = place;
  }

  say(sentence) {
    clearTimeout(this.#timer);
    this.#place.textContent = sentence;
    this.#timer = setTimeout(() => {
      this.#place.textContent = '';
    }, SHOWN);
  }
}

/** That another version of the page is there: said once, until it is reloaded or waved off. */
export class Renewal {
  #place;
  #offered = place.version;

  /** @param {HTMLElement} before where it is put */
  constructor(before) {
    this.#place = before;
  }

  /** This page is of another version than the server's. */
  get due() {
    return this.#offered !== place.version;
  }

  /** @param {string | undefined} version the server's */
  hear(version) {
    if (!version || version === this.#offered) return;
    this.#offered = version;
    document.getElementById('renewal-shown')?.remove();
    if (!this.due) return;
    const offer = part('renewal');
    offer.id = 'renewal-shown';
    find(offer, 'reload').addEventListener('click', () => location.reload());
    find(offer, 'close').addEventListener('click', () => offer.remove());
    this.#place.after(offer);
  }
}

/** The head of the talk: which room this is, who is in it; and the tab's title and icon. */
export class Head {
  #root;
  #room = null;
  #unread = 0;
  #badged = false;
  #later = 0;
  #leave = new AbortController();

  constructor(root) {
    this.#root = root;
  }

  /** @param {import('../models/room.js').Room | null} room */
  show(room) {
    this.#leave.abort();
    this.#leave = new AbortController();
    this.#room = room;
    const { signal } = this.#leave;
    room?.addEventListener('described', () => this.#draw(), { signal });
    room?.addEventListener('people', () => this.#draw(), { signal });
    this.#draw();
  }

  /** @param {number} unread messages, in all rooms */
  count(unread) {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.#title();
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#badge(), SETTLED);
  }

  // The icon is not worth a request for what is read at once; and where it fails the title says it too.
  async #badge() {
    if (!this.#unread && !this.#badged) return;
    const { badge } = await import('./badge.js').catch(() => ({ badge: () => {} }));
    this.#badged = this.#unread > 0;
    badge(this.#unread);
  }

  #draw() {
    const room = this.#room;
    find(this.#root, 'kind').replaceChildren(...(room?.kind === 'closed' ? [lock()] : []));
    find(this.#root, 'name').textContent = room?.name ?? '';
    find(this.#root, 'topic').textContent = room?.topic ?? '';
    const people = find(this.#root, 'people');
    people.hidden = !room;
    find(this.#root, 'notify').hidden = !room;
    const count = room?.presence.count ?? 0;
    find(people, 'count').textContent = count ? count.toLocaleString() : '';
    name(people, words.showPeople(count));
    this.#title();
  }

  #title() {
    document.title = words.title(this.#room?.name, this.#unread);
  }
}

function lock() {
  const closed = icon('lock');
  closed.removeAttribute('aria-hidden');
  closed.setAttribute('role', 'img');
  name(closed, words.closedRoom);
  return closed;
}
