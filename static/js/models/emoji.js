/** The emoji that have names (static/emoji.json, the server's own table), and those that one uses most. */

import { choices } from './kept.js';

const COMMON = ['👍', '❤️', '😂', '🎉', '👀', '✅'];
const MOST_RECENT = 12;

let loading = null;

/**
 * @returns {Promise<{groups: [string, [string, string][]][], name: (emoji: string) => string, all: [string, string][]}>}
 *   each emoji as its name and its character
 */
export function emojiTable() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load() {
  const answer = await fetch(new URL('../../emoji.json', import.meta.url));
  const groups = Object.entries(await answer.json()).map(([group, named]) => [group, Object.entries(named)]);
  const all = groups.flatMap(([, named]) => named);
  // The first of several names for one emoji is its own.
  const names = new Map(all.toReversed().map(([name, emoji]) => [emoji, name]));
  return { groups, all, name: (emoji) => names.get(emoji) ?? '' };
}

/** Those whose name begins with what is sought first, then those that have it anywhere. */
export function sought(all, typed, most = Infinity) {
  const begins = all.filter(([name]) => name.startsWith(typed));
  const has = all.filter(([name]) => name.includes(typed) && !name.startsWith(typed));
  return [...begins, ...has].slice(0, most);
}

/** The ones that this person chose lately, and common ones up to a row of six. */
export function quick() {
  return [...new Set([...(choices.of('emoji') ?? []), ...COMMON])].slice(0, COMMON.length);
}

export function chosen(emoji) {
  choices.keep('emoji', [...new Set([emoji, ...(choices.of('emoji') ?? [])])].slice(0, MOST_RECENT));
}
