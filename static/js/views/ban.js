/** Ban a person: why, and how far. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{user: object}} told who */
export function open({ tell }, { user }) {
  const dialog = ask('ban');
  find(dialog, 'title').textContent = words.banTitle(user.name);
  answer(find(dialog, 'form'), async ({ reason, address, remove }) => {
    const how = { reason: reason.trim(), address: Boolean(address), remove: Boolean(remove) };
    await api.ban(user.id, how);
    dialog.close();
    tell(words.bannedNow(user.name));
  });
}
