/** Take a message away, once its remover is sure. */

import { api } from '../models/api.js';
import { gist } from '../models/gist.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

const SHOWN = 200; // characters: enough to know it by

export function open(context, { message }) {
  const dialog = ask('remove-message');
  const said = gist(message);
  const letters = [...said];
  find(dialog, 'text').textContent = letters.length > SHOWN ? `${letters.slice(0, SHOWN).join('')}…` : said;
  answer(find(dialog, 'form'), async () => {
    await api.removeMessage(message.id);
    dialog.close();
  });
}
