/** The bots: made, given another key, cut off. A key is shown once. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer } from './dialog.js';
import { find, name, paint, part } from './template.js';

// Counts the askings: an answer that a newer asking has overtaken is not shown any more.
let asked = 0;

export async function show(root) {
  if (!root.dataset.shown) connect(root);
  await load(root);
}

// No `disconnect`: the dialog takes its listeners with it.
function connect(root) {
  root.dataset.shown = 'yes';
  const form = find(root, 'form');
  answer(form, async (values) => {
    tell(root, await api.makeBot(values.name));
    form.reset();
    await load(root);
  });
  find(root, 'copy').addEventListener('click', () => copy(root));
}

async function load(root) {
  asked += 1;
  const mine = asked;
  try {
    const { bots } = await api.bots();
    if (mine !== asked) return;
    find(root, 'list').replaceChildren(...bots.map((bot) => item(root, bot)));
    find(root, 'said').textContent = bots.length ? '' : words.noBots;
  } catch (refusal) {
    find(root, 'said').textContent = words.refusal(refusal);
  }
}

function tell(root, { user, key }) {
  find(root, 'made').hidden = false;
  find(root, 'of').textContent = words.keyOf(user.name);
  find(root, 'copied').textContent = '';
  const field = find(root, 'key');
  field.value = key;
  field.focus();
  field.select();
}

// Pages that came without TLS have no clipboard: the key is selected, and the person's own copy takes it.
async function copy(root) {
  const field = find(root, 'key');
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    find(root, 'copied').textContent = words.copied;
  } catch {
    find(root, 'copied').textContent = words.copyYourself;
  }
}

function item(root, bot) {
  const made = part('bot');
  const { user } = bot;
  paint(find(made, 'avatar'), user);
  find(made, 'name').textContent = user.name;
  find(made, 'about').textContent = words.botState(bot);
  const does = (called, said, act) => {
    const button = find(made, called);
    name(button, said);
    button.addEventListener('click', () =>
      act().catch((refusal) => {
        find(made, 'about').textContent = words.refusal(refusal);
      }),
    );
    return button;
  };
  does('renew', words.newKeyOf(user.name), async () => {
    tell(root, await api.newKey(user.id));
    await load(root);
  });
  const revoke = does('revoke', words.revokeKeyOf(user.name), async () => {
    await api.revokeKey(user.id);
    find(root, 'made').hidden = true;
    root.focus();
    await load(root);
  });
  revoke.hidden = !bot.made;
  return made;
}
