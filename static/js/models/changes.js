/**
 * Changes of messages that are there: an edit, a reaction.
 *
 * Each is asked for over the socket and is done when the message comes back, as it is by then. Nothing is kept for
 * later: who edits while offline is told so at once.
 */

import { Refusal } from './api.js';
import { fresh } from './outbox.js';

const PATIENCE = 10_000;

export class Changes {
  #connection;
  /** @type {Map<string, {id: number, done: () => void, failed: (refusal: Refusal) => void}>} by `ref` */
  #asked = new Map();

  /** @param {import('./connection.js').Connection} connection */
  constructor(connection) {
    this.#connection = connection;
    connection.addEventListener('event', ({ detail }) => this.#hear(detail));
  }

  edit(id, text) {
    return this.#ask({ type: 'edit', id, text });
  }

  react(id, emoji, on) {
    return this.#ask({ type: 'react', id, emoji, on });
  }

  /** @throws {Refusal} with the server's sentence, or unreachable */
  #ask(event) {
    const ref = fresh();
    return new Promise((done, failed) => {
      if (!this.#connection.send({ ...event, ref })) return failed(new Refusal(0));
      this.#asked.set(ref, { id: event.id, done, failed });
      return setTimeout(() => this.#settle(ref, 'failed', new Refusal(0)), PATIENCE);
    });
  }

  #hear(event) {
    if (event.type === 'error') this.#settle(event.ref, 'failed', new Refusal(400, event));
    else if (event.type === 'message') {
      for (const [ref, { id }] of this.#asked) if (id === event.id) this.#settle(ref, 'done');
    }
  }

  #settle(ref, how, told) {
    const asked = this.#asked.get(ref);
    this.#asked.delete(ref);
    asked?.[how](told);
  }
}
