/** A menu of things to do: beside what opened it, and at the bottom of a phone. */

import { icon, part } from './template.js';

const MARGIN = 8;

/**
 * @typedef {{word: string, icon?: string, danger?: boolean, run: () => void}} Item
 * @param {HTMLElement} opener what the focus goes back to
 * @param {Item[]} items
 * @param {{label: string, closed?: () => void}} options `label`: what the menu is about
 */
export function openMenu(opener, items, { label, closed = () => {} }) {
  const menu = part('menu');
  menu.setAttribute('aria-label', label);
  menu.append(...items.map(button));
  const leave = new AbortController();
  const { signal } = leave;
  const close = (back) => {
    leave.abort();
    menu.remove();
    opener.setAttribute('aria-expanded', 'false');
    if (back && opener.isConnected) opener.focus({ preventScroll: true });
    closed();
  };
  menu.addEventListener('keydown', (event) => walk(event, [...menu.children], close), { signal });
  menu.addEventListener('click', (event) => choose(event, menu, items, close), { signal });
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
  menu.firstElementChild.focus({ preventScroll: true });
}

function button(item) {
  const made = part('menu-item');
  made.classList.toggle('danger', Boolean(item.danger));
  if (item.icon) made.append(icon(item.icon));
  made.append(item.word);
  return made;
}

function choose(event, menu, items, close) {
  const chosen = event.target.closest('[role="menuitem"]');
  if (!chosen) return;
  close(true);
  items[[...menu.children].indexOf(chosen)].run();
}

// Its own listener would open the menu again.
function shut(event, close) {
  event.stopImmediatePropagation();
  close(true);
}

function walk(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
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
