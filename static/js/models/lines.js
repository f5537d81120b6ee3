/**
 * What of a room is shown: a stretch of its messages, and the lines that this makes: days, messages, and notes of
 * comings and goings.
 *
 * A line has a `key` that stays with it (also from "pending" to "sent", so that its element stays too) and a
 * `version` that changes when it looks different.
 */

const FIRST = 60;
const STEP = 60;
const MOST = 400; // what a phone lays out within a frame
const KEPT = 300;
const TOGETHER = 5 * 60_000;

/**
 * A part of a room's messages that grows where the reader goes and shrinks behind them, so that a room of any length
 * costs the page no more than a few hundred rows.
 */
export class Stretch {
  #top; // id of the first message shown; 0: not chosen yet
  #bottom; // id of the last one; Infinity: whatever is the latest

  constructor(top = 0, bottom = Infinity) {
    this.#top = top;
    this.#bottom = bottom;
  }

  /** The stretch around a message. */
  static around(run, id) {
    const at = run.indexOf(id);
    const { messages } = run;
    const last = messages.length - 1;
    const end = at + STEP >= last && !run.newer;
    return new Stretch(messages[Math.max(0, at - STEP)]?.id, end ? Infinity : messages[Math.min(at + STEP, last)]?.id);
  }

  get following() {
    return this.#bottom === Infinity;
  }

  /** Whether the run still has the messages that this began with: a reset may have taken them. */
  fits(run) {
    return run.messages[run.indexOf(this.#top)]?.id === this.#top;
  }

  of(run) {
    const end = this.#end(run);
    const start = this.#start(run, end);
    this.#top = run.messages[start]?.id ?? 0;
    return run.messages.slice(start, end);
  }

  /** @returns {boolean} whether there was more to show above */
  up(run) {
    const end = this.#end(run);
    const start = this.#start(run, end);
    if (!start) return false;
    const from = Math.max(0, start - STEP);
    this.#top = run.messages[from].id;
    if (end - from > MOST) this.#bottom = run.messages[from + KEPT].id;
    return true;
  }

  /** @returns {boolean} whether there was more to show below */
  down(run) {
    const { length } = run.messages;
    if (this.following || (this.#end(run) === length && run.newer)) return false;
    const to = Math.min(length, this.#end(run) + STEP);
    if (to - this.#start(run, to) > MOST) this.#top = run.messages[to - KEPT].id;
    this.#bottom = to === length && !run.newer ? Infinity : run.messages[to - 1].id;
    return true;
  }

  /** Much was said since: leave behind what is furthest from the reader. @param {boolean} upper where they are */
  shrink(run, upper) {
    const end = this.#end(run);
    const start = this.#start(run, end);
    if (end - start <= MOST) return;
    if (upper) this.#bottom = run.messages[start + KEPT].id;
    else this.#top = run.messages[end - KEPT].id;
  }

  #start(run, end) {
    return this.#top ? run.indexOf(this.#top) : Math.max(0, end - FIRST);
  }

  #end(run) {
    return this.following ? run.messages.length : run.indexOf(this.#bottom) + 1;
  }
}

const dayOf = (time) => {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
};

/**
 * @param {{messages: object[], pending: object[], notes: object[], me: {id: number, name: string},
 *   since?: number, reached?: {received: number, read: number}}} stretch
 *   the messages in their order, then what I wrote and the server hasn't taken yet; `since`: the last message before
 *   what is new (absent: nothing is); `reached`: up to which message others have come
 */
export function lines({ messages, pending, notes, me, since = Infinity, reached = { received: 0, read: 0 } }) {
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
  let drawn = false;
  for (const message of [...messages, ...pending.map((entry) => unsent(entry, me))]) {
    takeNotes(message.id ?? Infinity);
    if (dayOf(message.date) !== day) {
      day = dayOf(message.date);
      made.push({ kind: 'day', key: `day ${day}`, version: dayOf(Date.now()), time: message.date });
      before = null;
    }
    if (!drawn && message.id > since && message.user.id !== me.id) {
      drawn = true;
      made.push({ kind: 'fresh', key: 'fresh', version: '' });
      before = null;
    }
    made.push(messageLine(message, continues(before, message), me, reached));
    before = message;
  }
  takeNotes(Infinity);
  return made;
}

const unsent = (entry, me) => ({ ...entry, id: null, user: me });

function continues(before, message) {
  if (message.quote) return false;
  return before?.user.id === message.user.id && message.date - before.date < TOGETHER;
}

function messageLine(message, continued, me, { received, read }) {
  const own = message.user.id === me.id;
  const reach = !own || !message.id ? '' : message.id <= read ? 'read' : message.id <= received ? 'received' : 'sent';
  return {
    kind: 'message',
    key: own && message.msgId ? message.msgId : `message ${message.id}`,
    version: [message.seq, message.state, message.reason, continued, message.user.name, message.user.avatar, reach].join(' '),
    message,
    continued,
    own,
    reach,
    me: me.id,
  };
}

function noteLine({ after, joined, left }) {
  const names = { joined: [...joined.values()], left: [...left.values()] };
  return { kind: 'note', key: `note ${after}`, version: JSON.stringify(names), ...names };
}
