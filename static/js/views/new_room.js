/** A room of one's own making. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {(entry: object) => void} made */
export function openNewRoom(made, name = '') {
  const dialog = ask('new-room');
  const field = find(dialog, 'field');
  field.value = name;
  if (name) find(dialog, 'topic').focus();
  answer(find(dialog, 'form'), async (values) => {
    const entry = await api.makeRoom(values.name.trim(), values.topic.trim());
    dialog.close();
    made(entry);
  });
}
