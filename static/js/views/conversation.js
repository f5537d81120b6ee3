/** What is done with messages that are there: loaded when the first of them is pointed at. */

import { Changes } from '../models/changes.js';
import { words } from '../words.js';
import { MessageActions } from './message_actions.js';
import { Reactions } from './reactions.js';
import { find } from './template.js';

export class Conversation {
  #context;
  #changes;
  #reactions;
  #actions;

  constructor(root, context) {
    this.#context = { ...context, react: (message, emoji) => this.react(message, emoji) };
    this.#changes = new Changes(context.connection);
    this.#reactions = new Reactions(find(root, 'list'), context.chat);
    this.#actions = new MessageActions(root, this.#context);
  }

  connect(signal) {
    this.#reactions.connect(signal);
    this.#actions.connect(signal);
  }

  /** @returns {Promise<boolean>} whether the message has this text now; why not is told to the person */
  async edit(message, text) {
    return this.#told(this.#changes.edit(message.id, text));
  }

  /** Add one's own reaction, or take it back. */
  react(message, emoji) {
    const on = !message.reactions?.[emoji]?.includes(this.#context.chat.me.id);
    return this.#told(this.#changes.react(message.id, emoji, on));
  }

  async #told(change) {
    try {
      await change;
      return true;
    } catch (refusal) {
      this.#context.tell(words.refusal(refusal));
      return false;
    }
  }
}
