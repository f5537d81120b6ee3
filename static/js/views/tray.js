/** What goes along with the next message: each file with its progress, and the way to take it out again. */

import { Uploads } from '../models/uploads.js';
import { words } from '../words.js';
import { find, icon, name, part } from './template.js';

export class Tray {
  #form;
  #place;
  #limits;
  #changed;
  #uploads = new Uploads();
  #room = null;
  /** @type {Map<object, HTMLElement>} */
  #drawn = new Map();

  /** @param {() => void} changed called when what is here, or whether it is ready, changes */
  constructor(form, { limits, changed }) {
    this.#form = form;
    this.#place = find(form, 'tray');
    this.#limits = limits;
    this.#changed = changed;
    this.#uploads.addEventListener('changed', ({ detail }) => {
      this.#guard();
      if (detail === this.#room) this.#draw();
    });
  }

  get filled() {
    return this.#uploads.of(this.#room).length > 0;
  }

  get ready() {
    return this.#uploads.ready(this.#room);
  }

  show(room) {
    this.#room = room;
    this.#draw();
  }

  /** @param {number} room @param {Iterable<File>} files */
  add(room, files) {
    for (const file of files) {
      const most = this.#limits().files ?? 10;
      if (this.#uploads.of(room).length >= most) {
        find(this.#form, 'tray-said').textContent = words.tooManyFiles(most);
        return;
      }
      const limit = this.#limits().upload;
      this.#uploads.add(room, file, file.size > limit ? words.tooLarge(limit) : undefined);
    }
  }

  take() {
    return this.#uploads.take(this.#room);
  }

  // Only while there is something to lose: a page that listens for its end is not kept for going back to.
  #guard() {
    if (this.#uploads.held) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
  }

  #draw() {
    const uploads = this.#uploads.of(this.#room);
    const list = find(this.#place, 'list');
    for (const [upload, element] of this.#drawn) {
      if (uploads.includes(upload)) continue;
      const held = element.contains(document.activeElement);
      element.remove();
      this.#drawn.delete(upload);
      if (held) find(this.#form, 'field').focus();
    }
    for (const upload of uploads) {
      if (!this.#drawn.has(upload)) this.#drawn.set(upload, list.appendChild(this.#build(upload)));
      update(this.#drawn.get(upload), upload);
    }
    this.#place.hidden = !uploads.length;
    if (uploads.length < (this.#limits().files ?? 10)) find(this.#form, 'tray-said').textContent = '';
    this.#changed();
  }

  #build(upload) {
    const element = part('upload');
    find(element, 'name').textContent = upload.source.name;
    find(element, 'face').append(face(upload.source));
    const cancel = find(element, 'cancel');
    name(cancel, words.takeOutFile(upload.source.name));
    cancel.addEventListener('click', () => this.#uploads.cancel(upload));
    find(element, 'again').addEventListener('click', () => this.#uploads.retry(upload));
    return element;
  }
}

/** Have the browser ask, in its own words, whether to leave. */
const ask = (event) => event.preventDefault();

// What a browser can draw without asking the server.
function face(source) {
  if (!/^image\/(jpeg|png|gif|webp|avif)$/.test(source.type)) return icon('file');
  const image = new Image();
  image.alt = '';
  image.src = URL.createObjectURL(source);
  const free = () => URL.revokeObjectURL(image.src);
  image.onload = free;
  image.onerror = () => {
    free();
    image.replaceWith(icon('file'));
  };
  return image;
}

function update(element, { state, sent, source, file, reason, final, tries }) {
  element.dataset.state = state;
  if (file) find(element, 'name').textContent = file.name; // as others will see it
  const bar = find(element, 'bar');
  bar.hidden = state === 'done' || state === 'failed';
  bar.value = sent;
  const about = find(element, 'about');
  about.ariaLive = state === 'sending' ? 'off' : 'polite'; // not every percent is read out
  about.textContent = {
    waiting: tries ? words.uploadAgain : words.size(source.size),
    // All is sent, and the server has yet to look at it.
    sending: sent >= 1 ? words.uploadChecked : words.uploading(sent, source.size),
    done: words.size(source.size),
    failed: reason ?? words.uploadFailed,
  }[state];
  const again = find(element, 'again');
  again.hidden = state !== 'failed' || Boolean(final);
}
