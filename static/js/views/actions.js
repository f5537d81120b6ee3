/** What was done by those who look after the place, newest first. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { find, part } from './template.js';

const PAGE = 50;

export async function show(root) {
  const list = find(root, 'list');
  const more = find(root, 'more');
  let last;
  const next = async () => {
    try {
      const page = await api.actions({ before: last, limit: PAGE });
      // Shown twice in quick turn, the first page is there but once.
      if (last === undefined) list.replaceChildren();
      list.append(...page.actions.map(item));
      last = page.actions.at(-1)?.id;
      more.hidden = !page.more;
      find(root, 'said').textContent = list.childElementCount ? '' : words.nothingDone;
    } catch (refusal) {
      find(root, 'said').textContent = words.refusal(refusal);
    }
  };
  more.onclick = next;
  await next();
}

function item(action) {
  const made = part('action');
  find(made, 'what').textContent = words.action(action);
  find(made, 'note').textContent = action.note ?? '';
  const time = find(made, 'time');
  time.textContent = words.fullTime(action.date);
  time.dateTime = new Date(action.date).toISOString();
  return made;
}
