/** Who has received a message, and who has read it. */

import { words } from '../words.js';
import { ask } from './dialog.js';
import { find, paint, part } from './template.js';

export function open({ chat }, { message, room }) {
  const dialog = ask('readers');
  const run = room.shown;
  const people = [...room.positions.others].map(([id, { received, read, date }]) => {
    const isRead = run.reached(read) >= message.id;
    return { id, name: chat.nameOf(id), isRead, there: isRead || run.reached(received) >= message.id, date };
  });
  const shown = people.filter(({ name, there }) => name && there);
  shown.sort((one, other) => other.isRead - one.isRead || one.name.localeCompare(other.name));
  find(dialog, 'list').append(...shown.map(line));
  find(dialog, 'none').hidden = shown.length > 0;
}

function line({ id, name, isRead, date }) {
  const item = part('reader');
  paint(find(item, 'avatar'), { id, name });
  find(item, 'name').textContent = name;
  find(item, 'state').textContent = isRead ? words.readBy(date) : words.receivedBy;
  return item;
}
