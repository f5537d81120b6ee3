/** The end of an account; what was written stays under nobody's name, or goes as well. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

export function open({ ended }) {
  const dialog = ask('delete-account');
  const remove = async ({ password, messages }) => {
    await api.deleteAccount({ password, messages });
    dialog.close();
    ended('left');
  };
  answer(find(dialog, 'form'), remove, 'password');
}
