/** Who I am: coming in, going out, and being somebody else. */

import { api, Refusal } from '../models/api.js';
import { backOff } from '../models/connection.js';
import { find, part, place as here } from '../views/template.js';
import { words } from '../words.js';

export class Doors {
  #page;
  #hall;
  #chat;
  #connection;
  #places;
  #panels;

  constructor({ page, hall, chat, connection, places, panels }) {
    this.#page = page;
    this.#hall = hall;
    this.#chat = chat;
    this.#connection = connection;
    this.#places = places;
    this.#panels = panels;
  }

  get isIn() {
    return this.#page.dataset.state === 'in';
  }

  /** Come to the page. @param {number} attempt how often the server could not be reached */
  async arrive(attempt = 0) {
    const [, token] = /^\/join\/([\w-]+)$/.exec(location.pathname) ?? [];
    if (token) return this.#wait('join', { token });
    // The server saw no session with this page: a first visit need not ask, and wait, to be told so.
    if (!here.session && !this.#chat.me && !attempt) return this.#wait('entrance');
    const session = await api.me().catch((refusal) => refusal);
    if (!(session instanceof Refusal)) return this.enter(session);
    if (session.status === 403) return this.#wait('entrance', { why: 'banned', said: session.message });
    return session.status === 401 ? this.#wait('entrance') : this.#showAway(attempt);
  }

  async enter(session) {
    this.#page.dataset.state = 'in';
    this.#hall.replaceChildren();
    this.#chat.begin(session);
    if (session.room) this.#places.settle(session.room);
    await this.#places.follow(); // so that the first connection asks for the room in sight
    this.#connection.connect();
  }

  /** Be somebody else from now on. */
  become(session) {
    this.#connection.end();
    this.#chat.end(false);
    return this.enter(session);
  }

  /**
   * No session any more.
   *
   * @param {'left' | 'ended' | 'banned'} why by the person's wish, or the server's
   * @param {string} [said] what the server said of it, where it has
   */
  leave(why, said) {
    document.querySelector('dialog[open]')?.close();
    for (const panel of this.#panels) panel.makeWay();
    this.#connection.end();
    this.#chat.end(why === 'left');
    this.#places.show(null);
    // That a socket ended tells no reason; whoever asks is told.
    return this.#wait('entrance', { why, said: said ?? (why === 'banned' ? this.#reason() : '') });
  }

  /** The socket found nobody: perhaps because the session is over, and a guest would not be let in. */
  async doubt() {
    const refusal = await api.me().then(() => null, (error) => error);
    if (!this.#chat.me) return;
    if (refusal?.status === 401) this.leave('ended');
    else if (refusal?.status === 403) this.leave('banned', refusal.message);
  }

  async #reason() {
    const refusal = await api.me().catch((error) => error);
    return refusal.status === 403 ? refusal.message : '';
  }

  /** Outside, before the door of this name: the entrance, or an invitation's. */
  async #wait(door, told = {}) {
    this.#page.dataset.state = 'hall';
    const view = await import(`../views/${door}.js`).catch(() => null);
    if (view) view.show(this.#hall, { ...told, entered: (session) => this.enter(session) });
    // Nothing is written here that could be lost.
    else if (await this.#isOutdated()) location.reload();
    else this.#showAway(0);
  }

  /** The server is another version's: it has the parts of this page no more. */
  async #isOutdated() {
    const told = await api.place().catch(() => null);
    return Boolean(told) && told.version !== here.version;
  }

  #showAway(attempt) {
    this.#page.dataset.state = 'hall';
    const away = part('away');
    const at = Date.now() + backOff(attempt);
    const say = () => {
      find(away, 'text').textContent = words.awayHint(Math.max(0, Math.ceil((at - Date.now()) / 1000)));
    };
    const again = () => {
      clearInterval(tick);
      clearTimeout(timer);
      this.arrive(attempt + 1);
    };
    const tick = setInterval(say, 500);
    const timer = setTimeout(again, at - Date.now());
    find(away, 'again').addEventListener('click', again);
    say();
    this.#hall.replaceChildren(away);
  }
}
