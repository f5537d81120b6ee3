/** Where I am signed in, each place with its way out. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { find, name, part } from './template.js';

export class Devices {
  #root;
  #context;

  constructor(root, context) {
    this.#root = root;
    this.#context = context;
  }

  // No `disconnect`: the dialog takes its listeners with it.
  connect() {
    find(this.#root, 'everywhere').addEventListener('click', () =>
      this.#context.open('sign_out', { everywhere: true }),
    );
    this.load();
  }

  async load() {
    try {
      const { sessions } = await api.sessions();
      find(this.#root, 'devices').replaceChildren(...sessions.map((session) => this.#item(session)));
      find(this.#root, 'everywhere').hidden = sessions.length < 2;
      this.#complain('');
    } catch (refusal) {
      this.#complain(words.refusal(refusal));
    }
  }

  #item(session) {
    const { device, address, seen, current } = session;
    const item = part('device');
    const called = device || words.unknownDevice;
    find(item, 'device').textContent = called;
    find(item, 'about').textContent = words.deviceAbout(address, current ? null : seen);
    const end = find(item, 'end');
    end.hidden = current;
    name(end, words.signOutOf(called));
    end.addEventListener('click', () => this.#end(session));
    return item;
  }

  async #end({ id }) {
    try {
      await api.endSession(id);
    } catch (refusal) {
      if (refusal.status !== 404) return this.#complain(words.refusal(refusal)); // 404: it has ended already
    }
    await this.load();
    return find(this.#root, 'devices').parentElement.focus();
  }

  #complain(said) {
    find(this.#root, 'devices-trouble').textContent = said;
  }
}
