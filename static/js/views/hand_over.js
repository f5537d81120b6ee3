/** Have somebody else look after a room. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{user: object, room: object}} told to whom, and which room */
export function open({ chat, tell }, { user, room }) {
  const dialog = ask('hand-over');
  find(dialog, 'title').textContent = words.handOverTitle(user.name, room.name);
  find(dialog, 'about').textContent = room.maker === chat.me.id ? words.handOverAbout : words.handOverAboutOther;
  answer(find(dialog, 'form'), async () => {
    chat.take(await api.changeRoom(room.id, { maker: user.id }));
    dialog.close();
    tell(words.handedOver(user.name, room.name));
  });
}
