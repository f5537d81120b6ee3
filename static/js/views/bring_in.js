/** Bring people into a room. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { pickPeople } from './pick_people.js';

const MOST = 50; // at once

/** @param {{room: object, members: object[], brought: () => void}} told who is in it already, as far as is known */
export function open({ chat, tell }, { room, members, brought }) {
  pickPeople({
    title: words.bringInto(room.name),
    about: room.kind === 'closed' ? words.bringInAbout : '',
    act: words.bringInNow,
    most: MOST,
    without: new Set([chat.me.id, ...members.map(({ id }) => id)]),
    done: async (users) => {
      for (const { id } of users) await api.bringIn(room.id, id);
      tell(words.broughtIn(users.map(({ name }) => name), room.name));
      brought();
    },
  });
}
