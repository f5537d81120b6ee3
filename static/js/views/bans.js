/** Who is banned, by whom and why; each with the way back. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { find, name, paint, part } from './template.js';

// Counts the askings: an answer that a newer asking has overtaken is not shown any more.
let asked = 0;

export async function show(root) {
  try {
    await load(root);
  } catch (refusal) {
    find(root, 'said').textContent = words.refusal(refusal);
  }
}

async function load(root) {
  asked += 1;
  const mine = asked;
  const page = await api.bans();
  if (mine === asked) draw(root, page);
}

/** The focus stays with the person that it was on, though the list is drawn anew under it. */
function draw(root, page) {
  const list = find(root, 'list');
  const held = list.contains(document.activeElement) && document.activeElement.closest('[data-banned]').dataset.banned;
  const lift = async ({ user }) => {
    await api.unban(user.id);
    await load(root);
  };
  list.replaceChildren(...page.bans.map((ban) => item(ban, lift)));
  offerMore(root, page, lift);
  find(root, 'said').textContent = page.bans.length ? '' : words.nobodyBanned;
  if (held) (list.querySelector(`[data-banned="${held}"] button`) ?? root).focus();
}

/** The next page goes on behind the last ban that is shown. */
function offerMore(root, { bans, more }, lift) {
  const button = find(root, 'more');
  button.hidden = !more;
  button.onclick = async () => {
    const mine = asked;
    const { user, date } = bans.at(-1);
    try {
      const page = await api.bans({ before: date, user: user.id });
      if (mine !== asked) return;
      find(root, 'list').append(...page.bans.map((ban) => item(ban, lift)));
      offerMore(root, page, lift);
    } catch (refusal) {
      find(root, 'said').textContent = words.refusal(refusal);
    }
  };
}

function item(ban, lift) {
  const made = part('banned-person');
  const { user, by, date, reason, address } = ban;
  made.dataset.banned = user.id;
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
