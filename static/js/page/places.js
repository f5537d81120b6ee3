/** Where I am: the address says it, and the timeline, the composer and the rest show it. */

import { api } from '../models/api.js';
import { find, part } from '../views/template.js';

export class Places {
  shown = null;
  #turn = 0;
  #chat;
  #talk;
  #panels;
  #timeline;
  #composer;
  #views;

  /**
   * @param {{chat: object, talk: HTMLElement, panels: object[], timeline: object, composer: object, views: object[]}}
   *   parts `panels`: what makes way for a place that is chosen; `views`: what else shows a room
   */
  constructor({ chat, talk, panels, timeline, composer, views }) {
    this.#chat = chat;
    this.#talk = talk;
    this.#panels = panels;
    this.#timeline = timeline;
    this.#composer = composer;
    this.#views = [timeline, composer, ...views];
  }

  /** Go to a room. @param {boolean} join also become a member, if it is open and not yet mine */
  go(id, join = false) {
    this.#turnTo(`/rooms/${id}`);
    this.follow(join);
  }

  /** Open the place of a message. */
  goTo(message) {
    this.#turnTo(`/messages/${message}`);
    this.follow();
  }

  /** Be in this room, without a step back to where I was. @param {number} [id] absent: the lobby */
  settle(id = this.#chat.lobby.id) {
    history.replaceState(null, '', `/rooms/${id}`);
  }

  /** A room of mine, made or found just now. */
  enter(entry) {
    this.#chat.take(entry);
    this.go(entry.id);
  }

  /** Show what the address says. */
  async follow(join = false) {
    const [, what, asked] = /^\/(rooms|messages)\/(\d+)$/.exec(location.pathname) ?? [];
    this.#turn += 1;
    if (what === 'messages') return this.#openMessage(Number(asked), this.#turn);
    if (!asked) this.settle();
    return this.#openRoom(asked ? Number(asked) : this.#chat.lobby.id, join, this.#turn);
  }

  /** @param {import('../models/room.js').Room | null} room */
  show(room) {
    this.shown = room;
    find(this.#talk, 'nowhere').replaceChildren();
    this.#talk.classList.toggle('lost', !room);
    for (const view of this.#views) view.show(room);
  }

  async #openRoom(id, join, turn) {
    const found = await this.#chat.open(id, join).catch(() => null);
    if (turn !== this.#turn) return; // they went elsewhere while we asked
    if (found === 'open') {
      this.#chat.look(id);
      this.show(this.#chat.current);
    } else if (found === 'missing') this.#showInstead(part('missing'), () => this.go(this.#chat.lobby.id));
    else if (found) this.#showInstead(offer(found), () => this.go(id, true));
    else this.#showInstead(part('unreachable'), () => this.follow(join));
    if (!matchMedia('(pointer: coarse)').matches && !document.querySelector('dialog[open]')) this.#composer.focus();
  }

  async #openMessage(id, turn) {
    const message = await api.message(id).catch(({ status }) => (status === 404 ? 'missing' : null));
    if (turn !== this.#turn) return;
    if (message === 'missing') {
      this.#showInstead(part('no-message'), () => this.go(this.#chat.lobby.id));
      return;
    }
    const unreachable = () => this.#showInstead(part('unreachable'), () => this.follow());
    const entered = message && (await this.#chat.open(message.room, true).catch(() => null));
    if (turn !== this.#turn) return;
    if (entered !== 'open') {
      unreachable();
      return;
    }
    this.#chat.look(message.room);
    if (this.shown !== this.#chat.current) this.show(this.#chat.current);
    const there = await this.#chat.current.open(id).catch(() => false);
    if (turn !== this.#turn) return;
    if (there) this.#timeline.reveal(id);
    else unreachable();
  }

  #showInstead(notice, act) {
    this.#chat.close();
    this.show(null);
    find(notice, 'act').addEventListener('click', act);
    find(this.#talk, 'nowhere').replaceChildren(notice);
  }

  #turnTo(address) {
    for (const panel of this.#panels) panel.makeWay();
    if (location.pathname !== address) history.pushState(null, '', address);
  }
}

function offer(entry) {
  const joinable = part('joinable');
  find(joinable, 'title').textContent = entry.name;
  find(joinable, 'topic').textContent = entry.topic ?? '';
  return joinable;
}
