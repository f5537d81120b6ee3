/** A person's card: who they are, and what I can do about them. */

import { api } from '../models/api.js';
import { hasAccount, mayBan, mayGiveRole, mayHandOver, mayTakeOut } from '../models/may.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { find, paint, part } from './template.js';

/** @param {{id: number}} told whose card */
export async function open(context, { id }) {
  const card = new Card(ask('card'), context, id);
  card.connect();
  card.draw();
  await card.learn();
}

class Card {
  #dialog;
  #context;
  #id;
  #known = null; // what the server tells of them
  #isIn = null; // the room that they could be taken out of

  constructor(dialog, context, id) {
    this.#dialog = dialog;
    this.#context = context;
    this.#id = id;
  }

  connect() {
    const gone = new AbortController();
    const changed = ({ detail: user }) => user.id === this.#id && this.#change(user);
    this.#context.chat.addEventListener('person', changed, { signal: gone.signal });
    this.#dialog.addEventListener('close', () => gone.abort());
  }

  /** Ask the server about them; what the page knows already stands meanwhile. */
  async learn() {
    try {
      this.#known = await api.user(this.#id);
      this.draw();
      await this.#seekInRoom();
    } catch (refusal) {
      this.#complain(refusal.status === 404 ? words.personGone : words.refusal(refusal));
    }
  }

  draw() {
    const user = this.#known?.user ?? this.#context.chat.person(this.#id);
    if (!user) return;
    const isMe = user.id === this.#context.chat.me.id;
    paint(find(this.#dialog, 'avatar'), user);
    find(this.#dialog, 'name').textContent = user.name;
    find(this.#dialog, 'role').textContent = [words.roles[user.role], isMe && words.you].filter(Boolean).join(' · ');
    const { here, date, banned } = this.#known ?? {};
    find(this.#dialog, 'here').textContent = !this.#known ? '' : banned ? words.isBanned : words.hereOrNot(here);
    find(this.#dialog, 'since').textContent = date ? words.since(date) : '';
    this.#offerActs(this.#acts(user, isMe));
    this.#offerRoles(user);
  }

  /** What is learned later brings more of them: the keyboard stays where it is. */
  #offerActs(acts) {
    const place = find(this.#dialog, 'acts');
    const held = place.contains(document.activeElement) && document.activeElement.textContent;
    const buttons = acts.map((act) => this.#button(act));
    place.replaceChildren(...buttons);
    if (held) buttons.find(({ textContent }) => textContent === held)?.focus({ preventScroll: true });
  }

  /** Whose messages are in a room may have left it. */
  async #seekInRoom() {
    const { chat } = this.#context;
    const { user } = this.#known;
    const room = chat.current;
    if (!room || !mayTakeOut(chat.me, user, room, chat.lobby.id)) return;
    const { members } = await api.members(room.id, { q: user.name });
    if (!members.some(({ id }) => id === user.id)) return;
    this.#isIn = room;
    this.draw();
  }

  #acts(user, isMe) {
    const { chat } = this.#context;
    const room = chat.current;
    const acts = [];
    if (isMe) return hasAccount(user) ? [{ word: words.yourAccount, run: () => this.#context.open('account') }] : [];
    if (this.#known && user.role !== 'bot') {
      acts.push({ word: words.writeMessage, primary: true, run: () => this.#write(user) });
    }
    if (room && this.#isIn === room) {
      if (mayHandOver(chat.me, user, room, chat.lobby.id)) {
        acts.push({ word: words.handOver(room.name), run: () => this.#context.open('hand_over', { user, room }) });
      }
      acts.push({ word: words.takeOutOf(room.name), run: () => this.#takeOut(user, room) });
    }
    if (this.#known?.banned) acts.push({ word: words.unban, run: () => this.#unban(user) });
    else if (this.#known && mayBan(chat.me, user)) {
      acts.push({ word: words.banMore, danger: true, run: () => this.#context.open('ban', { user }) });
    }
    return acts;
  }

  #button({ word, primary, danger, run }) {
    const button = part('card-act');
    button.classList.toggle('primary', Boolean(primary));
    button.classList.toggle('dangerous', Boolean(danger));
    button.textContent = word;
    button.addEventListener('click', () => this.#try(run));
    return button;
  }

  #offerRoles(user) {
    const { me } = this.#context.chat;
    const place = find(this.#dialog, 'role-choice');
    const offered = Boolean(this.#known) && mayGiveRole(me, user);
    if (!offered || place.childElementCount) return;
    const choice = part('role-choice');
    const select = find(choice, 'select');
    select.value = user.role;
    select.addEventListener('change', () => this.#try(() => this.#giveRole(select.value), () => {
      select.value = this.#known.user.role;
    }));
    place.append(choice);
  }

  async #write(user) {
    const entry = await api.direct([user.id]);
    this.#dialog.close();
    this.#context.enterRoom(entry);
  }

  async #takeOut(user, room) {
    // Into an open one they may come back anyway.
    if (room.kind === 'closed') return this.#context.open('take_out', { user, room });
    await api.takeOut(room.id, user.id);
    this.#dialog.close();
    return this.#context.tell(words.tookOut(user.name, room.name));
  }

  async #unban(user) {
    await api.unban(user.id);
    this.#known.banned = false;
    this.draw();
  }

  async #giveRole(role) {
    this.#context.chat.rename(await api.giveRole(this.#id, role));
  }

  #change(user) {
    if (this.#known) this.#known = { ...this.#known, user };
    this.draw();
  }

  async #try(act, otherwise = () => {}) {
    this.#complain('');
    try {
      await act();
    } catch (refusal) {
      otherwise();
      this.#complain(words.refusal(refusal));
    }
  }

  #complain(said) {
    find(this.#dialog, 'trouble').textContent = said;
  }
}
