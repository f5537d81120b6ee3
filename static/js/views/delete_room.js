/** Delete a room, with all that was said in it, once whoever looks after it is sure. */

import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{room: import('../models/room.js').Room}} told */
export function open({ chat }, { room }) {
  const dialog = ask('delete-room');
  find(dialog, 'title').textContent = words.deleteRoomTitle(room.name);
  // The room may be gone before the answer is here: who lands elsewhere is not to find a dialog in front of it.
  const close = () => dialog.close();
  chat.addEventListener('lost', close);
  dialog.addEventListener('close', () => chat.removeEventListener('lost', close));
  answer(find(dialog, 'form'), async () => {
    await chat.deleteRoom(room);
    close();
  });
}
