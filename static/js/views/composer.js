/**
 * Where one writes: a message, a reply to one, or another text for one that is there. The draft of each room is kept
 * until it is sent.
 */

import { gist } from '../models/gist.js';
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
  /** @type {{kind: 'reply' | 'edit', message: object} | null} what is written is about this message */
  #about = null;
  #leave = new AbortController();
  #wrote;
  #turn;
  #change;
  #tell;
  /** @type {import('./tray.js').Tray | null} loaded with the first file */
  #tray = null;
  #awaited = 0; // times that files were chosen which are not in the tray yet

  /**
   * @param {() => void} wrote called after each sent message
   * @param {(pages: number) => void} turn scrolls the timeline
   * @param {(message: object, text: string) => Promise<boolean>} change gives a message another text
   * @param {(said: string) => void} tell says what went wrong
   */
  constructor(form, { chat, outbox, wrote, turn, change, tell }) {
    this.#form = form;
    this.#chat = chat;
    this.#outbox = outbox;
    this.#wrote = wrote;
    this.#turn = turn;
    this.#change = change;
    this.#tell = tell;
    this.#field = find(form, 'field');
    this.#button = find(form, 'send');
    this.#count = find(form, 'count');
  }

  connect(signal) {
    this.#field.addEventListener('input', () => this.#changed(), { signal });
    this.#field.addEventListener('keydown', (event) => this.#key(event), { signal });
    find(this.#form, 'forget').addEventListener('click', () => this.#forget(), { signal });
    const picker = find(this.#form, 'files');
    find(this.#form, 'attach').addEventListener('click', () => picker.click(), { signal });
    picker.addEventListener('change', () => this.attach(picker.files).then(() => (picker.value = '')), { signal });
    this.#field.addEventListener('paste', (event) => this.#paste(event), { signal });
    // Anywhere on the page: next to where they should go they would replace it.
    for (const kind of ['dragover', 'dragleave', 'drop']) {
      addEventListener(kind, (event) => this.#drag(event), { signal });
    }
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
    this.#forget();
    this.#tray?.show(room.id);
  }

  reply(message) {
    if (this.#about?.kind === 'edit') this.#forget();
    this.#begin({ kind: 'reply', message });
  }

  edit(message) {
    this.#begin({ kind: 'edit', message });
    this.#field.value = message.text;
    this.#changed();
    this.#field.setSelectionRange(message.text.length, message.text.length);
  }

  /** Put a text where the caret is. */
  insert(text) {
    this.focus();
    this.#field.setRangeText(text, this.#field.selectionStart, this.#field.selectionEnd, 'end');
    this.#field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }

  /** Let these files go along with the next message. */
  async attach(files) {
    const chosen = [...files];
    if (!chosen.length || !this.#room) return;
    if (this.#about?.kind === 'edit') this.#forget();
    const room = this.#room;
    this.#awaited += 1;
    this.#weigh();
    const module = await import('./tray.js').catch(() => null);
    this.#awaited -= 1;
    if (module) this.#lay(module.Tray, room.id, chosen);
    else this.#tell(words.unreachable);
    this.#weigh();
  }

  #lay(Tray, room, files) {
    this.#tray ??= new Tray(this.#form, { limits: () => this.#chat.limits, changed: () => this.#weigh() });
    this.#tray.show(this.#room?.id ?? null);
    this.#tray.add(room, files);
    if (this.#room?.id === room) this.focus();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  #begin(about) {
    this.#about = about;
    const { kind, message } = about;
    const place = find(this.#form, 'about');
    place.hidden = false;
    place.dataset.kind = kind;
    find(place, 'title').textContent = kind === 'edit' ? words.editing : words.replyingTo(message.user.name);
    find(place, 'text').textContent = gist(message);
    this.focus();
  }

  // Back to the draft, as it was.
  #forget() {
    const edited = this.#about?.kind !== 'reply';
    this.#about = null;
    find(this.#form, 'about').hidden = true;
    if (edited) this.#field.value = drafts.of(this.#room.id);
    this.#changed();
  }

  #address() {
    this.#field.placeholder = words.message(this.#room.name);
    name(this.#field, words.message(this.#room.name));
  }

  #changed() {
    if (this.#about?.kind !== 'edit') drafts.keep(this.#room.id, this.#field.value);
    this.#grow();
    const left = this.#chat.limits.text - [...this.#field.value.trim()].length;
    this.#count.hidden = left > WARNING;
    this.#count.classList.toggle('over', left < 0);
    this.#count.textContent = left < 0 ? words.tooLong(-left) : words.charactersLeft(left);
    this.#weigh();
  }

  // Whether there is something that can be sent as it stands.
  #weigh() {
    const over = [...this.#field.value.trim()].length > this.#chat.limits.text;
    const brings = this.#about?.kind !== 'edit' && this.#tray?.filled;
    const ready = !this.#awaited && !(brings && !this.#tray.ready);
    this.#button.disabled = over || !(this.#field.value.trim() || brings) || !ready;
  }

  #drag(event) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    const talk = this.#form.closest('.talk');
    talk.dataset.drop = words.dropHere;
    // Behind a dialog nobody would see where it went.
    const open = Boolean(this.#room) && !document.querySelector('dialog[open]');
    talk.classList.toggle('dropping', event.type === 'dragover' && open);
    if (event.type === 'dragleave') return;
    event.preventDefault();
    if (event.type === 'drop' && open) this.#drop(event.dataTransfer);
  }

  // A folder looks like a file that can't be read.
  #drop({ items, files }) {
    const dropped = [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry());
    if (dropped.some((each) => each?.isDirectory)) this.#tell(words.noFolders);
    this.attach([...files].filter((file, at) => !dropped[at]?.isDirectory));
  }

  #paste(event) {
    const { files } = event.clipboardData ?? {};
    // What is copied out of a document comes as text and as a picture of it: then the text is meant.
    if (!files?.length || event.clipboardData.getData('text/plain')) return;
    event.preventDefault();
    this.attach(files);
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
    else if (event.key === 'Escape' && this.#about) this.#forget();
    else if (event.key === 'ArrowUp' && !this.#field.value && !this.#about) this.#editLast(event);
    else if (event.key === 'PageUp' || event.key === 'PageDown') this.#page(event);
  }

  #editLast(event) {
    const own = this.#room.messages.findLast(({ user, deleted }) => user.id === this.#chat.me.id && !deleted);
    if (!own?.text) return;
    event.preventDefault();
    this.edit(own);
  }

  #page(event) {
    if (this.#field.scrollHeight > this.#field.clientHeight + 1) return;
    event.preventDefault();
    this.#turn(event.key === 'PageUp' ? -1 : 1);
  }

  #press(event) {
    if (event.target.closest('textarea, button')) return;
    event.preventDefault();
    this.focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = clean(this.#field.value);
    if (this.#button.disabled) return;
    if (this.#about?.kind === 'edit') this.#save(this.#about.message, text);
    else this.#send(text);
  }

  #send(text) {
    const original = this.#about?.message;
    drafts.keep(this.#room.id, '');
    this.#about = null;
    this.#forget();
    const files = this.#tray?.filled ? this.#tray.take() : undefined;
    this.#outbox.add(this.#room.id, text, { ...(original && { quote: quoted(original) }), ...(files && { files }) });
    this.#wrote();
  }

  async #save(message, text) {
    const room = this.#room;
    this.#forget();
    if (text === message.text || (await this.#change(message, text))) return;
    // It was refused, and said why: what was written must not be lost.
    if (room !== this.#room || this.#about) return;
    this.edit(message);
    this.#field.value = text;
    this.#changed();
  }
}

/** What is shown of a message that is replied to, until the server says it. */
const quoted = (message) => ({ id: message.id, user: message.user, text: [...gist(message)].slice(0, 200).join('') });

/** What is sent of a text: no blank lines around it, and no half characters, which no JSON can carry. */
function clean(text) {
  return text.replace(/^(?:[^\S\n]*\n)+/u, '').trimEnd().replace(/\p{Surrogate}/gu, '\ufffd');
}
