/**
 * The lines that a stretch of conversation makes: days, messages, and notes of comings and goings.
 *
 * A line has a `key` that stays with it (also from "pending" to "sent", so that its element stays too) and a
 * `version` that changes when it looks different.
 */

const TOGETHER = 5 * 60_000;

const dayOf = (time) => {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
};

/**
 * @param {{messages: object[], pending: object[], notes: object[], me: {id: number, name: string}}} stretch
 *   the messages in their order, then what I wrote and the server hasn't taken yet
 */
export function lines({ messages, pending, notes, me }) {
  const made = [];
  const first = messages[0]?.id ?? 0;
  const last = messages.at(-1)?.id ?? 0;
  const waiting = notes.filter(({ after }) => (after >= first || after === 0) && after <= last);
  let before = null;

  const takeNotes = (upTo) => {
    while (waiting.length && waiting[0].after < upTo) {
      made.push(noteLine(waiting.shift()));
      before = null;
    }
  };

  let day = '';
  for (const message of [...messages, ...pending.map((entry) => unsent(entry, me))]) {
    takeNotes(message.id ?? Infinity);
    if (dayOf(message.date) !== day) {
      day = dayOf(message.date);
      made.push({ kind: 'day', key: `day ${day}`, version: dayOf(Date.now()), time: message.date });
      before = null;
    }
    made.push(messageLine(message, continues(before, message), me));
    before = message;
  }
  takeNotes(Infinity);
  return made;
}

const unsent = ({ msgId, text, date, state, reason }, me) => ({ id: null, msgId, text, date, state, reason, user: me });

function continues(before, message) {
  return before?.user.id === message.user.id && message.date - before.date < TOGETHER;
}

function messageLine(message, continued, me) {
  const own = message.user.id === me.id;
  return {
    kind: 'message',
    key: own && message.msgId ? message.msgId : `message ${message.id}`,
    version: [message.seq, message.state, message.reason, continued, message.user.name].join(' '),
    message,
    continued,
    own,
  };
}

function noteLine({ after, joined, left }) {
  const names = { joined: [...joined.values()], left: [...left.values()] };
  return { kind: 'note', key: `note ${after}`, version: JSON.stringify(names), ...names };
}
