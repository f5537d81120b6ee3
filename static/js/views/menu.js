/** A menu of things to do: beside what opened it, and at the bottom of a phone. */

import { words } from '../words.js';
import { show } from './glyphs.js';
import { icon, name, part } from './template.js';

const MARGIN = 8;

/**
 * @typedef {{word: string, icon?: string, danger?: boolean, run: () => void}} Item
 * @param {HTMLElement} opener what the focus goes back to
 * @param {Item[]} items
 * @param {{label: string, closed?: () => void, row?: Item[]}} options `label`: what the menu is about; `row`: what
 *   stands above it in one row, each a sign
 */
export function openMenu(opener, items, { label, closed = () => {}, row = [] }) {
  const menu = part('menu');
  menu.setAttribute('aria-label', label);
  const made = items.map(button);
  const signs = row.map(sign);
  menu.append(...(row.length ? [lined(signs)] : []), ...made);
  const all = new Map([...signs, ...made].map((each, at) => [each, [...row, ...items][at]]));
  const leave = new AbortController();
  const { signal } = leave;
  const close = (back) => {
    leave.abort();
    menu.remove();
    opener.setAttribute('aria-expanded', 'false');
    if (back && opener.isConnected) opener.focus({ preventScroll: true });
    closed();
  };
  menu.addEventListener('keydown', (event) => walk(event, [...all.keys()], signs.length, close), { signal });
  menu.addEventListener('click', (event) => choose(event, all, close), { signal });
  menu.addEventListener('focusout', ({ relatedTarget: to }) => to && !menu.contains(to) && close(false), { signal });
  // A press anywhere else closes it, and does there what it would have done.
  addEventListener(
    'pointerdown',
    ({ target }) => !menu.contains(target) && !opener.contains(target) && close(false),
    { signal, capture: true },
  );
  addEventListener('resize', () => close(false), { signal });
  opener.addEventListener('click', (event) => shut(event, close), { signal, capture: true });
  opener.setAttribute('aria-expanded', 'true');
  document.body.append(menu);
  menu.showPopover?.();
  stand(menu, opener);
  made[0].focus({ preventScroll: true });
}

function button(item) {
  const made = part('menu-item');
  made.classList.toggle('danger', Boolean(item.danger));
  if (item.icon) made.append(icon(item.icon));
  made.append(item.word);
  return made;
}

function sign({ word }) {
  const made = part('menu-item');
  made.className = 'emoji-char';
  show(made, word);
  name(made, words.reactWith(word));
  return made;
}

function lined(signs) {
  const row = part('menu-row');
  row.setAttribute('aria-label', words.react);
  row.append(...signs);
  return row;
}

function choose(event, all, close) {
  const chosen = event.target.closest('[role="menuitem"]');
  if (!chosen) return;
  close(true);
  all.get(chosen).run();
}

// Its own listener would open the menu again.
function shut(event, close) {
  event.stopImmediatePropagation();
  close(true);
}

/** @param {number} signs how many of the items stand in the row above the others */
function walk(event, items, signs, close) {
  const at = items.indexOf(document.activeElement);
  const isSign = at < signs;
  const steps = {
    ArrowDown: isSign ? signs : at + 1,
    ArrowUp: isSign ? -1 : at === signs && signs ? 0 : at - 1,
    Home: 0,
    End: -1,
    ...(isSign && { ArrowRight: (at + 1) % signs, ArrowLeft: (at + signs - 1) % signs }),
  };
  if (event.key === 'Escape') {
    event.stopPropagation();
    event.preventDefault();
    close(true);
  } else if (event.key === 'Tab') {
    close(true);
  } else if (event.key in steps) {
    event.preventDefault();
    items.at(steps[event.key] % items.length).focus();
  }
}

/** Above its opener where there is no room below, and within the window always. */
export function stand(menu, opener) {
  const at = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + height + MARGIN <= innerHeight;
  const top = below ? at.bottom : Math.max(MARGIN, at.top - height);
  const left = Math.min(Math.max(MARGIN, at.left), innerWidth - width - MARGIN);
  menu.style.setProperty('--top', `${top}px`);
  menu.style.setProperty('--left', `${left}px`);
}
