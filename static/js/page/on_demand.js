/** What is loaded only when it is asked for: dialogs, and the parts that not everybody needs at once. */

import { find } from '../views/template.js';
import { words } from '../words.js';

export class OnDemand {
  #context;
  #zones;
  #signal;
  #reached = new AbortController(); // the timeline, by a hand or the focus, for the first time
  #shown = null;
  #details = null;
  #talking = null;
  #writing = null;
  #completing = false;
  #called = false;

  /** @param {object} context what every part may use */
  constructor(context, zones) {
    this.#context = context;
    this.#zones = zones;
  }

  connect(signal) {
    this.#signal = signal;
    const timeline = find(this.#zones.talk, 'timeline');
    for (const kind of ['pointerover', 'focusin']) {
      timeline.addEventListener(kind, () => this.conversation(), { signal: this.#reached.signal });
    }
    find(this.#zones.talk, 'field').addEventListener('input', ({ target }) => this.#written(target), { signal });
    this.#context.connection.addEventListener('event', ({ detail }) => this.#heard(detail), { signal });
    this.#context.chat.addEventListener('heard', ({ detail: message }) => this.#call(message), { signal });
    this.#zones.details.addEventListener('shown', () => this.#detail(), { signal });
  }

  /** @param {string} view its module in views/, which opens it with the context and whatever else it needs to know */
  async open(view, told = {}) {
    const module = await import(`../views/${view}.js`).catch(() => null);
    if (module) module.open(this.#context, told);
    else this.#miss();
  }

  /** @param {import('../models/room.js').Room | null} room */
  show(room) {
    this.#shown = room;
    this.#details?.show(room);
  }

  /** What is done with messages that are there. @returns {Promise<object | null>} null: it could not be loaded */
  async conversation() {
    const module = await import('../views/conversation.js').catch(() => null);
    if (!module) return null;
    this.#reached.abort();
    if (!this.#talking) {
      this.#talking = new module.Conversation(find(this.#zones.talk, 'timeline'), this.#context);
      this.#talking.connect(this.#signal);
    }
    return this.#talking;
  }

  /** I have sent what I wrote. */
  sent() {
    this.#writing?.sent();
  }

  /** The page is looked at again: what called for that has done so. */
  seen() {
    if (this.#called) import('../views/notifications.js').then(({ seen }) => seen(), () => {});
  }

  async #detail() {
    if (this.#details || !this.#zones.details.classList.contains('open')) return;
    const module = await import('../views/details.js').catch(() => null);
    if (!module) {
      this.#miss();
      return;
    }
    this.#details ??= new module.Details(this.#zones.details, this.#context);
    this.#details.show(this.#shown);
  }

  // A server keeps no other version's parts than its own.
  #miss() {
    const { renewal, tell } = this.#context;
    tell(renewal.due ? words.outdated : words.unreachable);
  }

  #written(field) {
    this.#complete(field);
    if (field.value.trim()) this.#type((it) => it.say());
  }

  #heard(event) {
    if (event.type === 'typing' && !this.#writing) this.#type((it) => it.hear(event));
  }

  #call(message) {
    if (!document.hidden) return;
    this.#called = true;
    this.open('notifications', { message });
  }

  /**
   * @param {(it: import('../views/typing.js').Typing) => void} then not called while the server is away: nobody
   *   would hear it
   */
  async #type(then) {
    const module = await import('../views/typing.js').catch(() => null);
    if (!module) return;
    if (!this.#writing) {
      this.#writing = new module.Typing(find(this.#zones.talk, 'typing'), this.#context);
      this.#writing.connect(this.#signal);
    }
    then(this.#writing);
  }

  async #complete(field) {
    if (this.#completing || !/[:@]/.test(field.value)) return;
    this.#completing = true;
    const module = await import('../views/completion.js').catch(() => null);
    this.#completing = Boolean(module);
    if (!module) return;
    new module.Completion(field, find(this.#zones.talk, 'timeline'), this.#context.chat).connect(this.#signal);
  }
}
