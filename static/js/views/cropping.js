/** Choosing the square of a picture: by dragging it, two fingers, the wheel, or keys and the slider. */

import { Crop } from '../models/crop.js';
import { find } from './template.js';

const STEP = 0.05; // of the square's side
const CLOSER = 1.1;
const LARGEST = 512; // px; what the server makes of it is smaller

export class Cropping {
  #stage;
  #image = null;
  #slider;
  #crop = null;
  #fingers = new Map();

  constructor(root) {
    this.#stage = find(root, 'stage');
    this.#slider = find(root, 'zoom');
    const on = (kind, act) => this.#stage.addEventListener(kind, act);
    on('pointerdown', (event) => this.#touch(event));
    on('pointermove', (event) => this.#drag(event));
    for (const kind of ['pointerup', 'pointercancel']) on(kind, ({ pointerId }) => this.#fingers.delete(pointerId));
    on('keydown', (event) => this.#key(event));
    on('wheel', (event) => this.#wheel(event));
    this.#slider.addEventListener('input', () => this.#zoom(Number(this.#slider.value)));
  }

  /** @throws where the file is no picture that this browser can show */
  async show(file) {
    this.end();
    this.#image = new Image();
    Object.assign(this.#image, { alt: '', draggable: false, src: URL.createObjectURL(file) });
    await this.#image.decode();
    this.#stage.replaceChildren(this.#image);
    this.#crop = new Crop(this.#image.naturalWidth, this.#image.naturalHeight);
    this.#draw();
  }

  end() {
    if (this.#image) URL.revokeObjectURL(this.#image.src);
    this.#stage.replaceChildren();
    this.#image = this.#crop = null;
  }

  /** @returns {Promise<Blob>} what is shown, and nothing else that was in the file */
  result() {
    const { x, y, side } = this.#crop.part;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.min(LARGEST, Math.round(side));
    const paper = canvas.getContext('2d');
    paper.imageSmoothingQuality = 'high';
    paper.drawImage(this.#image, x, y, side, side, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, 'image/webp', 0.92));
  }

  #touch(event) {
    this.#fingers.set(event.pointerId, event);
    this.#stage.setPointerCapture(event.pointerId);
  }

  #drag(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const [other] = [...this.#fingers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
    this.#fingers.set(event.pointerId, event);
    if (other) this.#zoom((this.#crop.zoom * apart(event, other)) / apart(before, other));
    else this.#move(event.clientX - before.clientX, event.clientY - before.clientY);
  }

  #move(right, down) {
    const side = this.#stage.clientWidth;
    this.#crop.move(right / side, down / side);
    this.#draw();
  }

  #zoom(zoom) {
    this.#crop.zoom = zoom;
    this.#draw();
  }

  #key(event) {
    const side = this.#stage.clientWidth * STEP;
    const acts = {
      ArrowLeft: () => this.#move(side, 0),
      ArrowRight: () => this.#move(-side, 0),
      ArrowUp: () => this.#move(0, side),
      ArrowDown: () => this.#move(0, -side),
      '+': () => this.#zoom(this.#crop.zoom * CLOSER),
      '-': () => this.#zoom(this.#crop.zoom / CLOSER),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  #wheel(event) {
    event.preventDefault();
    this.#zoom(this.#crop.zoom * CLOSER ** -Math.sign(event.deltaY));
  }

  #draw() {
    for (const [name, value] of Object.entries(this.#crop.place)) this.#image.style[name] = `${value * 100}%`;
    this.#slider.value = this.#crop.zoom;
  }
}

const apart = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
