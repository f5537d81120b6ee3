/** Reactions: who they are of, on hover and on focus; and by name where this machine can't draw them. */

import { words } from '../words.js';
import { hasEmoji, show } from './glyphs.js';

export class Reactions {
  #list;
  #chat;

  /** @param {HTMLElement} list the rows */
  constructor(list, chat) {
    this.#list = list;
    this.#chat = chat;
  }

  connect(signal) {
    const tell = ({ target }) => this.#tell(target.closest?.('.reaction'));
    this.#list.addEventListener('pointerover', tell, { signal });
    this.#list.addEventListener('focusin', tell, { signal });
    if (!hasEmoji()) this.#spell(signal);
  }

  #tell(chip) {
    if (!chip) return;
    const ids = chip.dataset.people.split(',').map(Number);
    const names = ids.map((id) => (id === this.#chat.me.id ? words.youToo : this.#chat.nameOf(id)));
    const said = words.reacted(names.filter(Boolean), names.filter((name) => !name).length);
    chip.dataset.who = said;
    chip.setAttribute('aria-label', `${chip.dataset.emoji} ${said}`);
  }

  // Chips come and change with every drawing.
  #spell(signal) {
    const spell = () => {
      for (const each of this.#list.querySelectorAll('.reaction .emoji-char:not([data-spelt])')) {
        each.dataset.spelt = 'yes';
        show(each, each.closest('.reaction').dataset.emoji);
      }
    };
    const watch = new MutationObserver(spell);
    watch.observe(this.#list, { childList: true, subtree: true });
    signal.addEventListener('abort', () => watch.disconnect());
    spell();
  }
}
