/** The way out, and what it costs. */

import { api } from '../models/api.js';
import { hasAccount } from '../models/may.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{everywhere?: boolean}} told on all devices, not on this one alone */
export function open({ chat, outbox, ended }, { everywhere = false } = {}) {
  const dialog = ask('sign-out');
  const unsent = outbox.size;
  if (everywhere) find(dialog, 'title').textContent = words.signOutEverywhereTitle;
  find(dialog, 'hint').textContent = !hasAccount(chat.me)
    ? words.guestSignOutHint
    : everywhere
      ? words.signOutEverywhereHint
      : words.signOutHint;
  find(dialog, 'unsent').textContent = unsent ? words.unsentLost(unsent) : '';
  answer(find(dialog, 'form'), async () => {
    await api.signOut(everywhere);
    dialog.close();
    ended('left');
  });
}
