/** A direct room with one or several people. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { pickPeople } from './pick_people.js';

const MOST = 9; // others in a direct room

export function open({ chat, enterRoom }) {
  pickPeople({
    title: words.writeTo,
    about: words.writeToAbout,
    act: words.writeMessage,
    most: MOST,
    without: new Set([chat.me.id]),
    done: async (users) => enterRoom(await api.direct(users.map(({ id }) => id))),
  });
}
