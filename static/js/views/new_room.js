/** A room of one's own making. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{name?: string}} told the name that was looked for and not found */
export function open({ enterRoom }, { name = '' } = {}) {
  const dialog = ask('new-room');
  find(dialog, 'field').value = name;
  if (name) find(dialog, 'topic').focus();
  answer(find(dialog, 'form'), async (values) => {
    const entry = await api.makeRoom({ name: values.name.trim(), topic: values.topic.trim(), kind: values.kind });
    dialog.close();
    enterRoom(entry);
  });
}
