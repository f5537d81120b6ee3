/** My account: picture, name, password, devices, and the end of it. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { Devices } from './devices.js';
import { answer, ask } from './dialog.js';
import { Portrait } from './portrait.js';
import { find } from './template.js';

export function open(context) {
  const dialog = ask('account');
  const { chat } = context;
  new Portrait(find(dialog, 'portrait'), chat).connect(dialog);
  find(dialog, 'name').value = chat.me.name;
  find(dialog, 'username').value = chat.me.name;
  answer(find(dialog, 'name-form'), async ({ name }) => {
    const { user } = await api.change({ name: name.trim() });
    chat.rename(user);
    say(dialog, 'name-said', words.nameChanged);
  });
  const passwords = find(dialog, 'password-form');
  answer(passwords, async ({ old_password: old, password }) => {
    // Who came by a link from the machine needs none; to everybody else the server says so at the field.
    await api.change({ old_password: old || undefined, password });
    passwords.reset();
    find(dialog, 'username').value = chat.me.name;
    say(dialog, 'password-said', words.passwordChanged);
    devices.load();
  });
  const devices = new Devices(dialog, context);
  devices.connect();
  find(dialog, 'delete').addEventListener('click', () => context.open('delete_account'));
}

function say(dialog, place, said) {
  find(dialog, place).textContent = said;
}
