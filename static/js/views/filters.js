/** The word filter: rules to refuse messages, or to mask words in them. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer } from './dialog.js';
import { find, name, part } from './template.js';

export async function show(root) {
  const form = find(root, 'form');
  const list = find(root, 'list');
  if (!form.dataset.ready) {
    form.dataset.ready = 'yes';
    find(root, 'add').addEventListener('click', () => add(list, {}).focus());
    list.addEventListener('click', ({ target }) => {
      if (target.closest('[data-act="remove"]')) remove(list, target.closest('.rule'), find(root, 'add'));
    });
    form.addEventListener('input', () => say(''));
    answer(form, async () => {
      const saved = await api.setFilters([...list.children].map(ruleOf).filter(({ text }) => text));
      draw(saved);
      say(words.filtersSaved);
    }, 'rules');
  }
  const say = (said) => {
    find(root, 'said').textContent = said;
  };
  const draw = ({ rules }) => {
    list.replaceChildren();
    for (const rule of rules) add(list, rule);
    number(list);
  };
  try {
    draw(await api.filters());
  } catch (refusal) {
    say(words.refusal(refusal));
  }
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
