/** Links that let people in: to the place, or to one room. */

import { api } from '../models/api.js';
import { hasAccount, looksAfter } from '../models/may.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find, name, part } from './template.js';

/** @param {{room?: object}} told absent: to the place */
export function open(context, { room } = {}) {
  new Invitations(ask('invitations'), context, room).connect();
}

class Invitations {
  #dialog;
  #context;
  #room;

  constructor(dialog, context, room) {
    this.#dialog = dialog;
    this.#context = context;
    this.#room = room;
  }

  // No `disconnect`: the dialog takes its listeners with it.
  connect() {
    this.#part('title').textContent = this.#room ? words.inviteTo(this.#room.name) : words.invitePeople;
    this.#part('about').textContent = this.#room ? words.inviteToRoomAbout : words.inviteAbout;
    // A guest makes no links, and yet may look after a room to which others have made some.
    this.#part('form').hidden = !hasAccount(this.#context.chat.me);
    if (this.#keeps) this.#part('list-title').textContent = words.roomInvites;
    answer(this.#part('form'), (values) => this.#make(values));
    this.#part('copy').addEventListener('click', () => this.#copy());
    this.#load();
  }

  /** Whether the reader looks after the room: then all links to it are theirs to end. */
  get #keeps() {
    return Boolean(this.#room) && looksAfter(this.#context.chat.me, this.#room);
  }

  #part(called) {
    return find(this.#dialog, called);
  }

  async #make({ days, uses }) {
    const wanted = { days: Number(days), uses: Number(uses) };
    if (this.#room) wanted.room = this.#room.id;
    const { url } = await api.invite(wanted);
    const link = this.#part('link');
    link.value = new URL(url, location.origin).href;
    this.#part('made').hidden = false;
    link.focus();
    link.select();
    this.#load();
  }

  // Pages that came without TLS have no clipboard: the link is selected, and the person's own copy takes it.
  async #copy() {
    const link = this.#part('link');
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      this.#part('copied').textContent = words.copied;
    } catch {
      this.#part('copied').textContent = words.copyYourself;
    }
  }

  async #load() {
    try {
      const { invites } = await api.invites(this.#keeps ? this.#room.id : undefined);
      this.#part('list').replaceChildren(...invites.map((invite) => this.#item(invite)));
      this.#part('none').hidden = invites.length > 0;
    } catch (refusal) {
      this.#complain(refusal);
    }
  }

  #item(invite) {
    const item = part('invite');
    find(item, 'to').textContent = invite.room ? words.inviteToRoom(invite.room.name) : words.inviteToPlace;
    const { me } = this.#context.chat;
    const by = invite.by && invite.by.id !== me.id ? invite.by.name : '';
    find(item, 'about').textContent = words.inviteState(invite, by);
    const revoke = find(item, 'revoke');
    name(revoke, `${words.revoke}: ${find(item, 'to').textContent}`);
    revoke.addEventListener('click', () => this.#revoke(invite));
    return item;
  }

  async #revoke({ id }) {
    try {
      await api.revoke(id);
      this.#part('list').parentElement.focus();
      this.#load();
    } catch (refusal) {
      this.#complain(refusal);
    }
  }

  #complain(refusal) {
    this.#part('list-trouble').textContent = words.refusal(refusal);
  }
}
