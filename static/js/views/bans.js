/** Who is banned, by whom and why; each with the way back. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { find, name, paint, part } from './template.js';

export async function show(root) {
  const draw = ({ bans }) => {
    find(root, 'list').replaceChildren(...bans.map((ban) => item(ban, lift)));
    find(root, 'said').textContent = bans.length ? '' : words.nobodyBanned;
  };
  const lift = async ({ user }) => {
    await api.unban(user.id);
    draw(await api.bans());
    root.focus();
  };
  // Nothing to press until it is told anew: what was shown before may be over.
  find(root, 'list').replaceChildren();
  try {
    draw(await api.bans());
  } catch (refusal) {
    find(root, 'said').textContent = words.refusal(refusal);
  }
}

function item(ban, lift) {
  const made = part('banned-person');
  const { user, by, date, reason, address } = ban;
  paint(find(made, 'avatar'), user);
  find(made, 'name').textContent = user.name;
  find(made, 'about').textContent = words.banState({ by: by?.name, date, reason, address });
  const button = find(made, 'lift');
  name(button, words.unbanOf(user.name));
  button.addEventListener('click', () =>
    lift(ban).catch((refusal) => {
      find(made, 'about').textContent = words.refusal(refusal);
    }),
  );
  return made;
}
