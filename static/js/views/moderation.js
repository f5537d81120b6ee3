/** What those who look after the place see: who is banned, what was done, which words are refused, and the bots. */

import { isAdmin } from '../models/may.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { find } from './template.js';

const TABS = ['bans', 'actions', 'filters', 'bots'];

export function open(context) {
  const dialog = ask('moderation');
  const tabs = new Tabs(dialog, context);
  tabs.connect();
  tabs.show('bans');
}

class Tabs {
  #dialog;
  #context;

  constructor(dialog, context) {
    this.#dialog = dialog;
    this.#context = context;
  }

  // No `disconnect`: the dialog takes its listeners with it.
  connect() {
    const bar = find(this.#dialog, 'tabs');
    // Moderators see the bans alone.
    bar.hidden = !isAdmin(this.#context.chat.me);
    bar.addEventListener('click', ({ target }) => {
      const { tab } = target.closest('[role="tab"]')?.dataset ?? {};
      if (tab) this.show(tab);
    });
    bar.addEventListener('keydown', (event) => this.#key(event));
  }

  async show(wanted) {
    for (const tab of TABS) {
      const button = this.#dialog.querySelector(`[data-tab="${tab}"]`);
      button.setAttribute('aria-selected', String(tab === wanted));
      button.tabIndex = tab === wanted ? 0 : -1;
      find(this.#dialog, tab).hidden = tab !== wanted;
    }
    const view = await import(`./${wanted}.js`).catch(() => null);
    if (!view) return this.#context.tell(words.unreachable);
    view.show(find(this.#dialog, wanted), this.#context);
  }

  #key({ key, target }) {
    const at = TABS.indexOf(target.dataset.tab);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step || at < 0) return;
    const next = TABS.at((at + step) % TABS.length);
    this.show(next);
    this.#dialog.querySelector(`[data-tab="${next}"]`).focus();
  }
}
