/** A guest who has an account after all. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

export function open({ become }) {
  const dialog = ask('sign-in');
  const signIn = async ({ name, password }) => {
    const session = await api.enter({ name: name.trim(), password });
    dialog.close();
    become(session);
  };
  answer(find(dialog, 'form'), signIn, 'password');
}
