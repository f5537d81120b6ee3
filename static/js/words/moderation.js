/** Looking after the place: bans, the record, the word filter, bots. */

import { isolated } from './sentences.js';
import { times } from './times.js';

export const moderation = {
  bans: 'Bans',
  actionsDone: 'What was done',
  filters: 'Word filter',
  bots: 'Bots',
  nobodyBanned: 'Nobody is banned.',
  unbanOf: (name) => `Lift the ban of ${isolated(name)}`,
  banState: ({ by, date, reason, address }) =>
    [
      `${times.date(date)}${by ? `, by ${isolated(by)}` : ''}`,
      address && 'with their address',
      reason && isolated(reason),
    ]
      .filter(Boolean)
      .join(' · '),
  nothingDone: 'Nothing was done yet.',
  /** One sentence for each kind of deed in the log. */
  action: ({ what, by, user, room }) => {
    const doer = by ? isolated(by.name) : 'Somebody';
    const whom = user ? isolated(user.name) : 'somebody';
    const where = room ? isolated(room.name) : '';
    const deeds = {
      ban: `${doer} banned ${whom}`,
      unban: `${doer} lifted the ban of ${whom}`,
      remove_message: `${doer} removed a message${user ? ` of ${whom}` : ''}${where ? ` in ${where}` : ''}`,
      kick: `${doer} took ${whom} out${where ? ` of ${where}` : ''}`,
      role: `${doer} changed the role of ${whom}`,
      filters: `${doer} changed the word filter`,
      bot: `${doer} changed the bot ${whom}`,
      room: `${doer} changed ${where || 'a room'}`,
      delete_room: `${doer} deleted ${where || 'a room'}`,
    };
    return deeds[what] ?? `${doer}: ${what}`;
  },
  filtersAbout: 'Rules are tried from the first to the last. A word is found as a whole, a pattern anywhere.',
  filtersSaved: 'Saved. It holds for what is written from now on.',
  addRule: 'Add a rule',
  ruleText: 'Word or pattern',
  ruleReason: 'Reason told to the writer (optional)',
  ruleWord: 'Word',
  rulePattern: 'Pattern',
  ruleRefuse: 'Refuse the message',
  ruleMask: 'Mask it',
  ruleField: (field, n) =>
    `Rule ${n}: ${{ text: 'word or pattern', kind: 'kind', act: 'what happens', reason: 'reason' }[field]}`,
  removeRule: (n) => `Remove rule ${n}`,
  botsAbout: 'A bot is an account of a program, which comes in by a key in place of a password.',
  botName: 'Name of the bot',
  makeBot: 'Make a bot',
  keyOf: (name) => `Key of ${isolated(name)}`,
  keyOnce: 'It is shown this once. Whoever has it may say what they like as this bot.',
  newKey: 'New key',
  newKeyOf: (name) => `New key for ${isolated(name)}`,
  revokeKey: 'Revoke',
  revokeKeyOf: (name) => `Revoke the key of ${isolated(name)}`,
  noBots: 'There are no bots yet.',
  botState: ({ made, seen }) => (made ? `Last used ${times.date(seen)}` : 'No key: it is cut off'),
};
