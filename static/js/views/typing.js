/** Who is writing now: told to others while I do, and shown of them. */

import { words } from '../words.js';

const SAID = 3_000; // ms between two tellings that I am writing
const VALID = 6_000;

export class Typing {
  #line;
  #chat;
  #connection;
  /** @type {Map<number, Map<number, {name: string, until: number}>>} by room and person */
  #writing = new Map();
  #said = 0;
  #in = 0;
  #timer = 0;

  constructor(line, { chat, connection }) {
    this.#line = line;
    this.#chat = chat;
    this.#connection = connection;
  }

  connect(signal) {
    this.#connection.addEventListener('event', ({ detail }) => this.hear(detail), { signal });
    this.#chat.addEventListener('rooms', () => this.#draw(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** I write in the room that I look at. */
  say() {
    const room = this.#chat.current?.id;
    if (!room || (room === this.#in && Date.now() - this.#said < SAID)) return;
    if (!this.#connection.send({ type: 'typing', room })) return;
    this.#said = Date.now();
    this.#in = room;
  }

  /** What I wrote is sent: the next word is news again. */
  sent() {
    this.#said = 0;
  }

  hear({ type, room, user }) {
    if (type === 'typing' && user.id !== this.#chat.me?.id) {
      const there = this.#writing.get(room) ?? new Map();
      there.set(user.id, { name: user.name, until: Date.now() + VALID });
      this.#writing.set(room, there);
    } else if (type === 'message') this.#writing.get(room)?.delete(user.id);
    else return;
    this.#draw();
  }

  #draw() {
    clearTimeout(this.#timer);
    const there = this.#writing.get(this.#chat.current?.id) ?? new Map();
    const now = Date.now();
    for (const [id, { until }] of there) if (until <= now) there.delete(id);
    const names = [...there.values()].map(({ name }) => name);
    const said = names.length ? words.typing(names) : '';
    if (this.#line.textContent !== said) this.#line.textContent = said;
    if (!there.size) return;
    const next = Math.min(...[...there.values()].map(({ until }) => until));
    this.#timer = setTimeout(() => this.#draw(), next - now);
  }
}
