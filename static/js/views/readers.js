/** Who has received a message, and who has read it. */

import { words } from '../words.js';
import { ask } from './dialog.js';
import { find, paint, part } from './template.js';

export function open({ chat }, { message, room }) {
  const dialog = ask('readers');
  const run = room.shown;
  const isThere = (seq) => run.reached(seq) >= message.id;
  const people = [...room.positions.others].map(([id, { received, read }]) => {
    const isRead = isThere(read);
    const when = isRead ? room.positions.readAt(id, isThere) : null;
    return { user: chat.person(id), isRead, when, there: isRead || isThere(received) };
  });
  const shown = people.filter(({ user, there }) => user && there);
  shown.sort((one, other) => other.isRead - one.isRead || one.user.name.localeCompare(other.user.name));
  find(dialog, 'list').append(...shown.map(line));
  find(dialog, 'none').hidden = shown.length > 0;
}

function line({ user, when }) {
  const item = part('reader');
  paint(find(item, 'avatar'), user);
  find(item, 'name').textContent = user.name;
  find(item, 'state').textContent = when ? words.readAt(when) : words.receivedBy;
  return item;
}
