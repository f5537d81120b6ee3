/** What one wishes to be told of while the page is out of sight, for each room and on this device. */

import { choices } from './kept.js';

/** @typedef {'all' | 'mentions' | 'nothing'} Wish */

/** Direct messages are all for me; elsewhere only what names me, unless I wish otherwise. */
export function wish(room) {
  return choices.of(`notify ${room.id}`) ?? (room.direct ? 'all' : 'mentions');
}

/** @param {Wish} wished */
export function setWish(room, wished) {
  choices.keep(`notify ${room.id}`, wished);
}

export const sounds = () => choices.of('sound') ?? true;
export const setSounds = (on) => choices.keep('sound', on);

/** Whether a message is worth calling its reader for. */
export function calls(room, message, me) {
  const wished = wish(room);
  if (message.user.id === me || wished === 'nothing') return false;
  const named = message.mentions?.includes(me) || message.mentions?.includes(0);
  return wished === 'all' || Boolean(named);
}
