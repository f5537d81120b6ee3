/** Times and days, as one says them. */

import { LANGUAGE } from './sentences.js';

const DAY = 86_400_000;

// The reader's own habit decides between 09:05 and 9:05 am; the words around it are ours.
const { hour12 } = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions();
const clock = new Intl.DateTimeFormat(undefined, { hour: hour12 ? 'numeric' : '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long', day: 'numeric', month: 'long' });
const dated = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const dayAlone = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'long', year: 'numeric' });

const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);

export const times = {
  time: (time) => clock.format(time),
  fullTime: (time) => `${dated.format(time)}, ${clock.format(time)}`,
  date: (time) => dayAlone.format(time),

  /** "Today", "Yesterday", "Tuesday, 3 March", and with the year where it is another one. */
  day(time, now = Date.now()) {
    // Rounded, because a day with a change of clocks has 23 or 25 hours.
    const ago = Math.round((midnight(now) - midnight(time)) / DAY);
    if (ago === 0) return 'Today';
    if (ago === 1) return 'Yesterday';
    const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
    return (sameYear ? weekday : dated).format(time).replace(/^(\p{L}+) /u, '$1, ');
  },

  /** Day and time in the middle of a sentence: "yesterday, 09:05". */
  inSentence(time) {
    const day = times.day(time).replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase());
    return `${day}, ${clock.format(time)}`;
  },
};
