/** What sentences are put together from: names, lists of names, numbers of things. */

export const LANGUAGE = 'en-GB';

// Names may be written from right to left: each is isolated, or it would reorder the sentence around it.
export const isolated = (name) => `\u2068${name}\u2069`;

/** @param {string[]} names */
export function listed(names) {
  const shown = names.map(isolated);
  if (shown.length > 3) return `${shown[0]}, ${shown[1]} and ${shown.length - 2} others`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

export const counted = (n, one, many) => `${n.toLocaleString(LANGUAGE)} ${n === 1 ? one : many}`;
