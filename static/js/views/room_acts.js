/** What can be done with a room, at the foot of its details. */

import { hasAccount, looksAfter, mayBringIn, mayDelete, mayLeave, maySettle } from '../models/may.js';
import { words } from '../words.js';
import { icon, part } from './template.js';

export class RoomActs {
  #foot;
  #context;
  #details;

  /** @param {import('./details.js').Details} details it knows who is in the room */
  constructor(foot, context, details) {
    this.#foot = foot;
    this.#context = context;
    this.#details = details;
  }

  show(room) {
    const acts = this.#of(room);
    // Made anew only when they change: the focus may be on one of them.
    const drawn = [room.id, ...acts.map(({ sign }) => sign)].join(' ');
    if (this.#foot.dataset.drawn === drawn) return;
    this.#foot.dataset.drawn = drawn;
    this.#foot.replaceChildren(...acts.map(button));
  }

  #of(room) {
    const { chat, open } = this.#context;
    const lobby = chat.lobby.id;
    const dialog = (view) => () => open(view, { room });
    return [
      mayBringIn(room, lobby) && { word: words.bringIn, sign: 'bring-in', run: () => this.#bringIn(room) },
      mayBringIn(room, lobby) &&
        (hasAccount(chat.me) || looksAfter(chat.me, room)) && { word: words.invitationLink, sign: 'link', run: dialog('invitations') },
      maySettle(chat.me, room, lobby) && { word: words.roomSettings, sign: 'settings', run: dialog('room_settings') },
      mayLeave(room, lobby) && { word: words.leaveRoom, sign: 'leave', run: () => this.#leave(room) },
      mayDelete(chat.me, room, lobby) && { word: words.deleteRoom, sign: 'remove', run: dialog('delete_room') },
    ].filter(Boolean);
  }

  #bringIn(room) {
    const { members } = this.#details;
    this.#context.open('bring_in', { room, members, brought: () => this.#details.brought() });
  }

  #leave(room) {
    this.#context.chat.leave(room).catch((refusal) => this.#context.tell(words.refusal(refusal)));
  }
}

function button({ word, sign, run }) {
  const made = part('room-act');
  made.append(icon(sign), word);
  made.addEventListener('click', run);
  return made;
}
