/** Another name for a guest. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

export function open({ chat }) {
  const dialog = ask('rename');
  const field = find(dialog, 'field');
  field.value = chat.me.name;
  field.select();
  answer(find(dialog, 'form'), async ({ name }) => {
    const { user } = await api.change({ name: name.trim() });
    chat.rename(user);
    dialog.close();
  });
}
