/**
 * What one can do with a message: offered on hover, on focus (the arrows walk from one to the next) and after a
 * long press.
 */

import { quick } from '../models/emoji.js';
import { mayRemove } from '../models/may.js';
import { words } from '../words.js';
import { show } from './glyphs.js';
import { openMenu } from './menu.js';
import { find, name, part } from './template.js';

const LONG = 450; // ms until a press is a long one
const STILL = 10; // px that a thumb may move meanwhile
const AT_HAND = 3; // emoji beside a message; its menu has all that are often used

/**
 * In the order of the menu. `may` tells for whom; `run` does it.
 * @type {{word: string, icon: string, danger?: boolean, may: Function, run: Function}[]}
 */
const ACTIONS = [
  { word: 'reply', icon: 'reply', may: () => true, run: ({ composer, message }) => composer.reply(message) },
  {
    word: 'react',
    icon: 'smile',
    may: () => true,
    run: ({ open, message, row }) => open('emoji_picker', { message, opener: row }),
  },
  {
    word: 'edit',
    icon: 'edit',
    may: ({ chat, message }) => message.user.id === chat.me.id && Boolean(message.text),
    run: ({ composer, message }) => composer.edit(message),
  },
  {
    word: 'markUnread',
    icon: 'unread',
    may: ({ chat, message }) => message.user.id !== chat.me.id,
    run: ({ room, message }) => room.positions.unreadFrom(message.id),
  },
  {
    word: 'readers',
    icon: 'received',
    may: ({ chat, room, message }) => message.user.id === chat.me.id && room.positions.others.size > 0,
    run: ({ open, room, message }) => open('readers', { message, room }),
  },
  {
    word: 'copyLink',
    icon: 'link',
    may: () => Boolean(navigator.clipboard),
    run: ({ message, tell }) =>
      navigator.clipboard.writeText(`${location.origin}/messages/${message.id}`).then(() => tell(words.copied)),
  },
  {
    word: 'copyText',
    icon: 'copy',
    may: () => Boolean(navigator.clipboard),
    run: ({ message, tell }) => navigator.clipboard.writeText(message.text).then(() => tell(words.copied)),
  },
  {
    word: 'aboutAuthor',
    icon: 'person',
    may: () => true,
    run: ({ message, open }) => open('card', { id: message.user.id }),
  },
  {
    word: 'removeMessage',
    icon: 'remove',
    danger: true,
    may: ({ chat, room, message }) => mayRemove(chat.me, message, room),
    run: ({ message, open }) => open('remove_message', { message }),
  },
];

export class MessageActions {
  #list;
  #scroller;
  #context;
  #tools = part('message-tools');
  #menu = false; // is open
  #held = new AbortController(); // a press that may become a long one

  constructor(root, context) {
    this.#list = find(root, 'list');
    this.#scroller = find(root, 'scroller');
    this.#context = context;
  }

  connect(signal) {
    const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
    on(this.#list, 'pointerover', (event) => event.pointerType === 'mouse' && this.#offer(event.target));
    on(this.#list, 'pointerleave', () => this.#withdraw());
    on(this.#list, 'focusin', ({ target }) => this.#offer(target));
    on(this.#list, 'focusout', ({ relatedTarget }) => !this.#list.contains(relatedTarget) && this.#withdraw());
    on(this.#list, 'pointerdown', (event) => this.#pressed(event));
    on(this.#list, 'contextmenu', (event) => event.pointerType === 'touch' && event.preventDefault());
    for (const kind of ['pointerup', 'pointercancel']) on(this.#list, kind, () => this.#held.abort());
    on(this.#scroller, 'scroll', () => this.#held.abort());
    on(this.#scroller, 'keydown', (event) => this.#key(event));
    on(find(this.#tools, 'react'), 'click', ({ currentTarget: opener }) => {
      const message = this.#message(opener);
      if (message) this.#context.open('emoji_picker', { message, opener });
    });
    on(find(this.#tools, 'reply'), 'click', ({ currentTarget }) => {
      const message = this.#message(currentTarget);
      if (message) this.#context.composer.reply(message);
    });
    on(this.#list, 'click', ({ target }) => this.#pressedIn(target.closest('[data-act]')));
    on(find(this.#tools, 'more'), 'click', ({ currentTarget }) => this.#choose(currentTarget));
    // What brought this here may have been on a message already.
    for (const row of this.#list.querySelectorAll('.message:is(:hover, :focus-within)')) this.#offer(row);
  }

  #offer(target) {
    const row = target.closest('.message[data-id]');
    if (!row || this.#menu || row === this.#tools.parentElement || !this.#message(row)) return;
    // Moved with the focus in them they would be withdrawn midway.
    if (this.#tools.contains(document.activeElement)) document.activeElement.blur();
    this.#offerEmoji(this.#message(row));
    row.append(this.#tools);
  }

  #offerEmoji({ reactions = {} }) {
    const isMine = (emoji) => Boolean(reactions[emoji]?.includes(this.#context.chat.me.id));
    const place = find(this.#tools, 'quick');
    place.replaceChildren(...quick().slice(0, AT_HAND).map((emoji) => quickly(emoji, isMine(emoji))));
  }

  #withdraw() {
    if (!this.#menu && !this.#tools.contains(document.activeElement)) this.#tools.remove();
  }

  #pressed(event) {
    this.#held.abort();
    const row = event.target.closest('.message[data-id]');
    if (event.pointerType !== 'touch' || !row) return;
    const held = new AbortController();
    this.#held = held;
    const { signal } = held;
    const { clientX, clientY } = event;
    const moved = ({ clientX: x, clientY: y }) => Math.hypot(x - clientX, y - clientY) > STILL;
    const timer = setTimeout(() => this.#heldLong(row), LONG);
    signal.addEventListener('abort', () => clearTimeout(timer));
    row.addEventListener('pointermove', (now) => moved(now) && held.abort(), { signal });
  }

  #heldLong(row) {
    this.#held.abort();
    // Letting go is a click for the browser, on whatever lies there: it isn't meant.
    const next = new AbortController();
    const swallow = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('click', swallow, { capture: true, signal: next.signal });
    addEventListener('pointerdown', () => next.abort(), { capture: true, once: true });
    this.#offer(row);
    this.#choose(row);
  }

  #key(event) {
    const rows = [...this.#list.querySelectorAll('.message[data-id]')];
    const at = rows.indexOf(event.target);
    const isTool = this.#tools.contains(event.target);
    if (at < 0 && !isTool && event.target !== this.#scroller) return;
    if (isTool && event.key === 'Escape') this.#tools.parentElement.focus({ preventScroll: true });
    else if (isTool) return;
    else if (event.key === 'Enter' && at >= 0) this.#choose(event.target);
    else if (event.key === 'ArrowUp') this.#walk(rows, at < 0 ? rows.length - 1 : Math.max(0, at - 1));
    else if (event.key === 'ArrowDown' && at >= 0) this.#walk(rows, at + 1);
    else return;
    event.preventDefault();
  }

  #walk(rows, at) {
    const row = rows[at] ?? this.#scroller;
    row.focus({ preventScroll: true });
    if (rows[at]) row.scrollIntoView({ block: 'nearest' });
  }

  #choose(opener) {
    const message = this.#message(opener);
    if (!message || message.deleted) return;
    const about = { ...this.#context, message, room: this.#context.chat.current, row: opener.closest('.message') };
    const items = ACTIONS.filter(({ may }) => may(about)).map(({ word, run, ...look }) => ({
      ...look,
      word: typeof words[word] === 'function' ? words[word](message.user.name) : words[word],
      run: () => run(about),
    }));
    if (!items.length) return;
    this.#menu = true;
    const row = quick().map((emoji) => ({ word: emoji, run: () => this.#context.react(message, emoji) }));
    openMenu(opener, items, { label: words.messageActions, closed: () => this.#closed(), row });
  }

  #message(element) {
    return this.#context.chat.current?.message(Number(element.closest('.message').dataset.id));
  }

  // What stands in a message and can be pressed.
  async #pressedIn(button) {
    if (button?.dataset.act === 'react') {
      const { emoji } = button.dataset;
      const done = await this.#context.react(this.#message(button), emoji);
      if (done && button.matches('.tool')) press(button, button.getAttribute('aria-pressed') === 'false');
    } else if (button?.dataset.act === 'copy') {
      await navigator.clipboard?.writeText(button.previousElementSibling.textContent);
      this.#context.tell(words.copied);
    }
  }

  #closed() {
    this.#menu = false;
    if (!this.#list.matches(':hover')) this.#withdraw();
  }
}

function quickly(emoji, isMine) {
  const button = part('quick');
  button.dataset.emoji = emoji;
  show(button, emoji);
  name(button, words.reactWith(emoji));
  press(button, isMine);
  return button;
}

function press(button, isPressed) {
  button.setAttribute('aria-pressed', String(isPressed));
}
