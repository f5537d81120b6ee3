/** The elements of the timeline: one for each kind of line. */

import { words } from '../words.js';
import { find, icon, paint, part } from './template.js';

const LINK = /\bhttps?:\/\/[^\s<>"'\u201c\u201d\u300c\u300d]+/giu;
const TRAILING = /[.,:;!?\u3001\u3002\uff01\uff1f]+$/u;

/** An element for the line; `update` gives it its content. */
export function build(line) {
  const element = part(line.kind);
  element.dataset.key = line.key;
  return element;
}

export function update(element, line) {
  updates[line.kind](element, line);
}

const updates = {
  day(element, { time }) {
    const label = find(element, 'label');
    label.textContent = words.day(time);
    label.dateTime = new Date(time).toISOString();
  },

  note(element, { joined, left }) {
    const said = [];
    if (joined.length) said.push(words.joined(joined));
    if (left.length) said.push(words.left(left));
    element.textContent = said.join(words.and);
  },

  message(element, { message, continued, own }) {
    element.classList.toggle('continued', continued);
    element.classList.toggle('own', own);
    element.dataset.state = message.state ?? 'sent';
    element.classList.toggle('removed', Boolean(message.deleted));
    if (message.id) element.dataset.id = message.id;
    for (const each of [find(element, 'name'), find(element, 'avatar')]) each.dataset.user = message.user.id;
    find(element, 'name').textContent = message.user.name;
    paint(find(element, 'avatar'), message.user);
    const time = find(element, 'time');
    time.textContent = words.time(message.date);
    time.title = words.fullTime(message.date);
    time.dateTime = new Date(message.date).toISOString();
    say(element, message);
    mark(element, message, own);
  },
};

function say(element, message) {
  const text = find(element, 'text');
  const said = message.deleted ? words.removed : message.text;
  if (text.dataset.said === said) return;
  text.dataset.said = said;
  text.replaceChildren(...(message.deleted ? [said] : linked(said)));
}

function mark(element, message, own) {
  const state = message.state ?? 'sent';
  const place = find(element, 'mark');
  const shown = own && state !== 'failed' ? state : '';
  if (place.dataset.shown !== shown) {
    place.dataset.shown = shown;
    place.replaceChildren(...(shown ? [icon(shown), hidden(shown === 'pending' ? words.sending : words.sent)] : []));
  }
  const trouble = find(element, 'trouble');
  if (state !== 'failed') trouble?.remove();
  else if (!trouble) element.append(troubled(message));
}

function hidden(text) {
  const element = document.createElement('span');
  element.className = 'unseen';
  element.textContent = text;
  return element;
}

function troubled(message) {
  const element = part('trouble');
  find(element, 'reason').textContent = words.notSent(message.reason ?? '');
  return element;
}

/** Text, with its addresses made into links. Never parsed as HTML. */
export function linked(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = bare(match[0]);
    if (!URL.canParse(address)) continue;
    nodes.push(text.slice(at, match.index), link(address));
    at = match.index + address.length;
  }
  nodes.push(text.slice(at));
  return nodes.filter(Boolean);
}

// What ends the sentence isn't part of the address, nor is a bracket that was opened before it.
function bare(address) {
  let found = address;
  for (;;) {
    const shorter = found.replace(TRAILING, '');
    const closed = /[)\]}]$/.test(shorter) && !balanced(shorter) ? shorter.slice(0, -1) : shorter;
    if (closed === found) return found;
    found = closed;
  }
}

function balanced(text) {
  const close = text.at(-1);
  const open = { ')': '(', ']': '[', '}': '{' }[close];
  return text.split(open).length >= text.split(close).length;
}

function link(address) {
  const element = document.createElement('a');
  element.href = address;
  element.target = '_blank';
  element.rel = 'noopener noreferrer';
  element.textContent = address;
  return element;
}
