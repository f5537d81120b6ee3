/** Take a message away, once its remover is sure. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

const SHOWN = 200; // characters: enough to know it by

export function open(context, { message }) {
  const dialog = ask('remove-message');
  const letters = [...message.text];
  find(dialog, 'text').textContent = letters.length > SHOWN ? `${letters.slice(0, SHOWN).join('')}…` : message.text;
  answer(find(dialog, 'form'), async () => {
    await api.removeMessage(message.id);
    dialog.close();
  });
}
