/** My own entry: a small menu, and what it leads to. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, ask } from './dialog.js';
import { find, part } from './template.js';

/**
 * @param {HTMLElement} opener
 * @param {{chat: import('../models/chat.js').Chat, connection: import('../models/connection.js').Connection,
 *   outbox: import('../models/outbox.js').Outbox, signedOut: () => void, keys: () => void}} context
 */
export function openMenu(opener, context) {
  const menu = part('account-menu');
  const leave = new AbortController();
  const { signal } = leave;
  const close = (back) => {
    leave.abort();
    menu.remove();
    opener.setAttribute('aria-expanded', 'false');
    if (back) opener.focus();
  };
  const items = [...menu.querySelectorAll('[role="menuitem"]')];
  find(menu, 'line').textContent = online(context.connection) ? words.disconnect : words.connect;
  menu.addEventListener('keydown', (event) => walk(event, items, close), { signal });
  menu.addEventListener(
    'click',
    (event) => {
      const act = event.target.closest('[data-act]')?.dataset.act;
      if (!act) return;
      close(true);
      acts[act](context);
    },
    { signal },
  );
  // A press anywhere else closes it, and does there what it would have done.
  addEventListener(
    'pointerdown',
    ({ target }) => !menu.contains(target) && !opener.contains(target) && close(false),
    { signal, capture: true },
  );
  opener.addEventListener('click', (event) => shut(event, close), { signal, capture: true });
  menu.addEventListener(
    'focusout',
    ({ relatedTarget: to }) => to && !menu.contains(to) && close(false),
    { signal },
  );
  opener.setAttribute('aria-expanded', 'true');
  opener.after(menu);
  items[0].focus();
}

// Its own listener would open the menu again.
function shut(event, close) {
  event.stopImmediatePropagation();
  close(true);
}

const online = ({ state }) => state === 'connected' || state === 'connecting';

const acts = {
  rename: ({ chat }) => rename(chat),
  line: ({ connection }) => (online(connection) ? connection.disconnect() : connection.connect()),
  keys: ({ keys }) => keys(),
  leave: (context) => signOut(context),
};

function walk(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key === 'Escape') {
    event.stopPropagation();
    close(true);
  } else if (event.key in steps) {
    event.preventDefault();
    items.at(steps[event.key] % items.length).focus();
  }
}

function rename(chat) {
  const dialog = ask('rename');
  const field = find(dialog, 'field');
  field.value = chat.me.name;
  field.select();
  answer(find(dialog, 'form'), async ({ name }) => {
    const { user } = await api.rename(name.trim());
    chat.rename(user);
    dialog.close();
  });
}

function signOut({ outbox, signedOut }) {
  const dialog = ask('sign-out');
  const unsent = outbox.size;
  find(dialog, 'unsent').textContent = unsent ? words.unsentLost(unsent) : '';
  answer(find(dialog, 'form'), async () => {
    await api.signOut();
    dialog.close();
    signedOut();
  });
}
