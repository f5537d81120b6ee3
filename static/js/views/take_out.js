/** Take somebody out of a closed room: with its links, or they could come back under another name. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{user: object, room: object}} told who, and out of which room */
export function open({ tell }, { user, room }) {
  const dialog = ask('take-out');
  find(dialog, 'title').textContent = words.takeOutTitle(user.name, room.name);
  answer(find(dialog, 'form'), async ({ links }) => {
    await api.takeOut(room.id, user.id, Boolean(links));
    dialog.close();
    tell(words.tookOut(user.name, room.name));
  });
}
