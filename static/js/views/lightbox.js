/** A picture, large: the others of the timeline by the arrows or a swipe, closer by a press, to keep by a button. */

import { words } from '../words.js';
import { ask } from './dialog.js';
import { find, name } from './template.js';

const SWIPE = 60; // px

/** @param {HTMLAnchorElement} told.from the picture that was pressed */
export function open(context, { from }) {
  const all = [...(from.closest('[data-pictures]') ?? document).querySelectorAll('a.picture')];
  new Lightbox(ask('lightbox'), all).show(all.indexOf(from));
}

class Lightbox {
  #dialog;
  #image;
  #pictures;
  #at = 0;
  #begun = null;

  constructor(dialog, pictures) {
    this.#dialog = dialog;
    this.#pictures = pictures;
    this.#image = find(dialog, 'image');
    const on = (part, kind, act) => find(dialog, part).addEventListener(kind, act);
    on('previous', 'click', () => this.show(this.#at - 1));
    on('next', 'click', () => this.show(this.#at + 1));
    on('stage', 'click', (event) => this.#press(event));
    on('stage', 'pointerdown', ({ clientX, isPrimary }) => (this.#begun = isPrimary ? clientX : null));
    on('stage', 'pointerup', ({ clientX }) => this.#swipe(clientX));
    this.#image.addEventListener('load', () => delete dialog.dataset.loading);
    this.#image.addEventListener('error', () => this.#fail());
    dialog.addEventListener('keydown', (event) => this.#key(event));
  }

  show(at) {
    const link = this.#pictures[at];
    if (!link) return;
    this.#at = at;
    const { name: called } = link.dataset;
    this.#zoom(false);
    this.#dialog.dataset.loading = 'yes';
    find(this.#dialog, 'trouble').textContent = '';
    const [width, height] = link.dataset.size.split(' ').map(Number);
    Object.assign(this.#image, { width, height, alt: called, src: link.href });
    find(this.#dialog, 'name').textContent = called;
    find(this.#dialog, 'count').textContent = words.pictureOf(at + 1, this.#pictures.length);
    const keep = find(this.#dialog, 'keep');
    keep.href = `${link.href}?download=1`;
    keep.download = called;
    name(keep, words.download(called));
    find(this.#dialog, 'previous').disabled = at === 0;
    find(this.#dialog, 'next').disabled = at === this.#pictures.length - 1;
  }

  #press({ target, clientX, clientY }) {
    if (target === find(this.#dialog, 'stage')) this.#dialog.close();
    else if (target === this.#image) this.#zoom(!this.#dialog.classList.contains('closer'), clientX, clientY);
  }

  // Closer: pixel by pixel, with what was pressed where it was.
  #zoom(closer, x = 0, y = 0) {
    const before = this.#image.getBoundingClientRect();
    const [right, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
    this.#dialog.classList.toggle('closer', closer);
    const stage = find(this.#dialog, 'stage');
    if (closer) stage.scrollTo(this.#image.clientWidth * right - x, this.#image.clientHeight * down - y);
  }

  #swipe(x) {
    const way = this.#begun === null || this.#dialog.classList.contains('closer') ? 0 : x - this.#begun;
    this.#begun = null;
    if (Math.abs(way) >= SWIPE) this.show(this.#at - Math.sign(way));
  }

  #key({ key }) {
    if (key === 'ArrowLeft') this.show(this.#at - 1);
    else if (key === 'ArrowRight') this.show(this.#at + 1);
    else if (key === '+' || key === '-') this.#zoom(key === '+', innerWidth / 2, innerHeight / 2);
  }

  #fail() {
    delete this.#dialog.dataset.loading;
    find(this.#dialog, 'trouble').textContent = words.pictureGone;
  }
}
