/** My picture: seen, chosen and cut to a square, replaced, removed. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { Cropping } from './cropping.js';
import { answer, ask } from './dialog.js';
import { find, paint, part } from './template.js';

export function open({ chat }) {
  const dialog = ask('your-picture');
  new Portrait(find(dialog, 'portrait'), chat).connect(dialog);
}

export class Portrait {
  #now;
  #cut;
  #picker;
  #chat;
  #cropping;

  /** @param {HTMLElement} place where it is to stand */
  constructor(place, chat) {
    const root = part('portrait');
    this.#now = find(root, 'now');
    this.#cut = find(root, 'cut');
    this.#picker = find(root, 'picker');
    this.#chat = chat;
    this.#cropping = new Cropping(this.#cut);
    place.append(root);
  }

  /** @param {HTMLDialogElement} dialog that it ends with */
  connect(dialog) {
    const gone = new AbortController();
    this.#chat.addEventListener('me', () => this.#draw(), { signal: gone.signal });
    dialog.addEventListener('close', () => {
      gone.abort();
      this.#cropping.end();
    });
    find(this.#now, 'choose').addEventListener('click', () => this.#picker.click());
    this.#picker.addEventListener('change', () => this.#choose());
    find(this.#cut, 'cancel').addEventListener('click', () => this.#show('now'));
    answer(this.#now, () => this.#remove());
    answer(this.#cut, () => this.#save());
    this.#draw();
  }

  async #choose() {
    const [file] = this.#picker.files;
    if (!file) return;
    this.#say('');
    find(this.#now, 'trouble').textContent = '';
    try {
      await this.#cropping.show(file);
      this.#show('cut');
    } catch {
      find(this.#now, 'trouble').textContent = words.noPicture(file.name);
    }
    this.#picker.value = ''; // the same file may be chosen again
  }

  async #save() {
    this.#chat.rename(await api.setPicture(await this.#cropping.result()));
    this.#show('now');
    this.#say(words.pictureChanged);
  }

  async #remove() {
    await api.removePicture();
    this.#chat.rename({ ...this.#chat.me, avatar: undefined });
    find(this.#now, 'choose').focus();
    this.#say(words.pictureRemoved);
  }

  #show(form) {
    this.#now.hidden = form !== 'now';
    this.#cut.hidden = form !== 'cut';
    if (form === 'now') this.#cropping.end();
    (form === 'now' ? find(this.#now, 'choose') : find(this.#cut, 'stage')).focus();
  }

  #say(said) {
    find(this.#now, 'said').textContent = said;
  }

  #draw() {
    const { me } = this.#chat;
    if (!me) return;
    paint(find(this.#now, 'avatar'), me);
    find(this.#now, 'choose').textContent = me.avatar ? words.replacePicture : words.choosePicture;
    find(this.#now, 'remove').hidden = !me.avatar;
  }
}
