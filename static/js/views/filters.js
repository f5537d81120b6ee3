/** The word filter: rules to refuse messages, or to mask words in them. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer } from './dialog.js';
import { find, name, part } from './template.js';

/** Once only: who looks at another tab meanwhile finds their changes as they left them. */
export async function show(root) {
  if (root.dataset.shown) return;
  root.dataset.shown = 'yes';
  const editor = { form: find(root, 'form'), list: find(root, 'list'), more: find(root, 'add') };
  const say = (said) => {
    find(root, 'said').textContent = said;
  };
  try {
    draw(editor.list, await api.filters());
  } catch (refusal) {
    delete root.dataset.shown;
    return say(words.refusal(refusal));
  }
  connect(editor, say);
  // Until now: a rule added, or all of them saved, before the others were there would take those away.
  for (const button of root.querySelectorAll('button:disabled')) button.disabled = false;
}

// No `disconnect`: the dialog takes its listeners with it.
function connect({ form, list, more }, say) {
  more.addEventListener('click', () => add(list, {}).focus());
  list.addEventListener('click', ({ target }) => {
    if (target.closest('[data-act="remove"]')) remove(list, target.closest('.rule'), more);
  });
  form.addEventListener('input', () => say(''));
  const save = async () => {
    draw(list, await api.setFilters([...list.children].map(ruleOf).filter(({ text }) => text)));
    say(words.filtersSaved);
  };
  answer(form, save, 'rules');
}

function draw(list, { rules }) {
  list.replaceChildren();
  for (const rule of rules) add(list, rule);
}

function add(list, { text = '', kind = 'word', act = 'refuse', reason = '' }) {
  const row = part('rule');
  const values = { text, kind, act, reason };
  for (const [field, value] of Object.entries(values)) find(row, field).value = value;
  list.append(row);
  number(list);
  return find(row, 'text');
}

function remove(list, row, next) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  number(list);
  (neighbour ? find(neighbour, 'text') : next).focus();
}

// The server names a wrong rule by its number.
function number(list) {
  [...list.children].forEach((row, at) => {
    find(row, 'number').textContent = at + 1;
    for (const field of ['text', 'kind', 'act', 'reason']) name(find(row, field), words.ruleField(field, at + 1));
    name(row.querySelector('[data-act="remove"]'), words.removeRule(at + 1));
  });
}

function ruleOf(row) {
  const value = (field) => find(row, field).value;
  return { text: value('text').trim(), kind: value('kind'), act: value('act'), reason: value('reason').trim() };
}
