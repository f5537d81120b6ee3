/** A guest chooses a password, and is a member from then on: the same person, with all they wrote. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

export function open({ chat, tell }) {
  const dialog = ask('become-member');
  find(dialog, 'name').value = chat.me.name;
  find(dialog, 'field').focus();
  answer(find(dialog, 'form'), async ({ name, password }) => {
    const { user } = await api.register({ name: name.trim(), password });
    chat.rename(user);
    dialog.close();
    tell(words.nowMember);
  });
}
