/** All emoji, to choose one from: for a reaction, or for what is being written. */

import { chosen, emojiTable, quick, sought } from '../models/emoji.js';
import { words } from '../words.js';
import { show } from './glyphs.js';
import { stand } from './menu.js';
import { find, part } from './template.js';

const COLUMNS = 8;

/** @param {{message?: object, opener: HTMLElement}} told without a message: into the composer */
export async function open({ conversation, composer, tell }, { message, opener }) {
  const table = await emojiTable().catch(() => null);
  if (!table) return tell(words.unreachable);
  const choose = message
    ? async (emoji) => {
        chosen(emoji);
        (await conversation())?.react(message, emoji);
      }
    : (emoji) => {
        chosen(emoji);
        composer.insert(emoji);
      };
  return new Picker(table, choose, opener).open();
}

class Picker {
  #table;
  #choose;
  #opener;
  #picker = part('emoji-picker');
  #leave = new AbortController();

  constructor(table, choose, opener) {
    this.#table = table;
    this.#choose = choose;
    this.#opener = opener;
  }

  open() {
    const { signal } = this.#leave;
    const field = find(this.#picker, 'field');
    field.addEventListener('input', () => this.#draw(field.value));
    this.#picker.addEventListener('keydown', (event) => this.#key(event));
    this.#picker.addEventListener('click', ({ target }) => this.#press(target.closest('.emoji-choice')));
    const outside = ({ target }) => !this.#picker.contains(target) && this.#close(false);
    addEventListener('pointerdown', outside, { signal, capture: true });
    addEventListener('resize', () => this.#close(false), { signal });
    this.#draw('');
    document.body.append(this.#picker);
    this.#picker.showPopover();
    stand(this.#picker, this.#opener);
    field.focus({ preventScroll: true });
  }

  #close(back) {
    this.#leave.abort();
    this.#picker.remove();
    if (back && this.#opener.isConnected) this.#opener.focus({ preventScroll: true });
  }

  #draw(typed) {
    const wanted = typed.trim().toLowerCase().replaceAll(':', '');
    const { groups, all, name } = this.#table;
    const first = [words.emojiGroups.quick, quick().map((emoji) => [name(emoji), emoji])];
    const shown = wanted
      ? [[words.emojiFound, sought(all, wanted)]]
      : [first, ...groups.map(([group, named]) => [words.emojiGroups[group] ?? group, named])];
    find(this.#picker, 'all').replaceChildren(...shown.flatMap(([title, named]) => this.#group(title, named)));
    find(this.#picker, 'none').hidden = shown.some(([, named]) => named.length);
  }

  #group(title, named) {
    if (!named.length) return [];
    const heading = document.createElement('h3');
    heading.textContent = title;
    const grid = document.createElement('div');
    grid.className = 'emoji-grid';
    grid.append(...named.map(([name, emoji]) => choice(name, emoji)));
    return [heading, grid];
  }

  #press(button) {
    if (!button) return;
    this.#close(true);
    this.#choose(button.dataset.emoji);
  }

  #key(event) {
    const choices = [...this.#picker.querySelectorAll('.emoji-choice')];
    const at = choices.indexOf(document.activeElement);
    const steps = { ArrowDown: COLUMNS, ArrowUp: -COLUMNS, ArrowRight: 1, ArrowLeft: -1 };
    if (event.key === 'Escape') this.#close(true);
    else if (event.key === 'Enter' && at < 0) this.#press(choices[0]);
    else if (event.key === 'ArrowDown' && at < 0) choices[0]?.focus();
    else if (at >= 0 && event.key in steps) this.#step(choices, at + steps[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(choices, to) {
    (to < 0 ? find(this.#picker, 'field') : choices[Math.min(to, choices.length - 1)]).focus();
  }
}

function choice(name, emoji) {
  const button = part('emoji-choice');
  button.dataset.emoji = emoji;
  const label = name.replaceAll('_', ' ');
  button.title = `:${name}:`;
  button.setAttribute('aria-label', label || emoji);
  show(button, emoji);
  return button;
}
