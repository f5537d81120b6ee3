/** What to be told of in this room: asked for here, where one wishes it, and not when the page opens. */

import { setSounds, setWish, sounds, wish } from '../models/notify.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { find } from './template.js';
import { chime } from './notifications.js';

export function open({ chat }) {
  const room = chat.current;
  if (!room) return;
  const dialog = ask('notify');
  const form = find(dialog, 'form');
  find(dialog, 'title').textContent = words.notifyOf(room.name);
  form.elements.wish.value = wish(room);
  form.elements.sound.checked = sounds();
  form.addEventListener('change', ({ target }) => {
    if (target.name === 'wish') setWish(room, target.value);
    else setSounds(target.checked);
    if (target.name === 'sound' && target.checked) chime();
    if (form.elements.wish.value !== 'nothing') permit(dialog);
  });
  explain(dialog);
  const allow = find(dialog, 'allow');
  allow.addEventListener('click', () => permit(dialog));
}

async function permit(dialog) {
  if (globalThis.Notification?.permission === 'default') await Notification.requestPermission();
  explain(dialog);
}

function explain(dialog) {
  const permission = globalThis.Notification?.permission ?? 'absent';
  find(dialog, 'state').textContent = words.notifyState[permission];
  find(dialog, 'allow').hidden = permission !== 'default';
}
