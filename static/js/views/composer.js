/** Where one writes. The draft of each room is kept until it is sent. */

import { drafts } from '../models/kept.js';
import { words } from '../words.js';
import { find, name } from './template.js';

const WARNING = 200; // characters before the limit at which one is told how many are left

export class Composer {
  #form;
  #field;
  #button;
  #count;
  #chat;
  #outbox;
  #room = null;
  #leave = new AbortController();
  #wrote;
  #turn;

  /**
   * @param {() => void} wrote called after each sent message
   * @param {(pages: number) => void} turn scrolls the timeline
   */
  constructor(form, { chat, outbox, wrote, turn }) {
    this.#form = form;
    this.#chat = chat;
    this.#outbox = outbox;
    this.#wrote = wrote;
    this.#turn = turn;
    this.#field = find(form, 'field');
    this.#button = find(form, 'send');
    this.#count = find(form, 'count');
  }

  connect(signal) {
    this.#field.addEventListener('input', () => this.#changed(), { signal });
    this.#field.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.#form.addEventListener('submit', (event) => this.#submit(event), { signal });
    // The whole box is the field, not only its first line. The keyboard of a phone stays open while one sends.
    this.#form.addEventListener('pointerdown', (event) => this.#press(event), { signal });
    addEventListener('resize', () => this.#grow(), { signal });
  }

  show(room) {
    this.#leave.abort();
    this.#leave = new AbortController();
    this.#room = room;
    this.#form.hidden = !room;
    if (!room) return;
    room.addEventListener('described', () => this.#address(), { signal: this.#leave.signal });
    this.#address();
    this.#field.value = drafts.of(room.id);
    this.#changed();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  #address() {
    this.#field.placeholder = words.message(this.#room.name);
    name(this.#field, words.message(this.#room.name));
  }

  #changed() {
    drafts.keep(this.#room.id, this.#field.value);
    this.#grow();
    const left = this.#chat.limits.text - [...this.#field.value.trim()].length;
    this.#count.hidden = left > WARNING;
    this.#count.classList.toggle('over', left < 0);
    this.#count.textContent = left < 0 ? words.tooLong(-left) : words.charactersLeft(left);
    this.#button.disabled = left < 0 || !this.#field.value.trim();
  }

  // `field-sizing: content` does this alone where browsers have it; elsewhere it costs a layout per key.
  #grow() {
    if (CSS.supports('field-sizing', 'content')) return;
    this.#field.style.height = 'auto';
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }

  #key(event) {
    // While an input method composes, Enter chooses a word. Safari ends the composition first: 229 tells it still.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) this.#submit(event);
    else if (event.key === 'PageUp' || event.key === 'PageDown') this.#page(event);
  }

  #page(event) {
    if (this.#field.scrollHeight > this.#field.clientHeight + 1) return;
    event.preventDefault();
    this.#turn(event.key === 'PageUp' ? -1 : 1);
  }

  #press(event) {
    if (event.target === this.#field) return;
    event.preventDefault();
    this.focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = clean(this.#field.value);
    if (!text || this.#button.disabled) return;
    this.#field.value = '';
    this.#changed();
    this.#outbox.add(this.#room.id, text);
    this.#wrote();
  }
}

/** What is sent of a text: no blank lines around it, and no half characters, which no JSON can carry. */
function clean(text) {
  return text.replace(/^(?:[^\S\n]*\n)+/u, '').trimEnd().replace(/\p{Surrogate}/gu, '\ufffd');
}
