/** A room's name, topic and kind, for those who look after it. */

import { api } from '../models/api.js';
import { answer, ask } from './dialog.js';
import { find } from './template.js';

/** @param {{room: import('../models/room.js').Room}} told */
export function open({ chat }, { room }) {
  const dialog = ask('room-settings');
  const form = find(dialog, 'form');
  const { name, topic, kind } = form.elements;
  name.value = room.name;
  topic.value = room.topic;
  kind.value = room.kind;
  // Everybody is in the lobby: it can't be closed.
  const kinds = find(dialog, 'kinds');
  kinds.hidden = kinds.disabled = room === chat.lobby;
  answer(form, async (values) => {
    const now = { name: values.name.trim(), topic: values.topic.trim(), kind: values.kind ?? room.kind };
    const change = Object.fromEntries(Object.entries(now).filter(([key, value]) => value !== room[key]));
    if (Object.keys(change).length) chat.take(await api.changeRoom(room.id, change));
    dialog.close();
  });
}
