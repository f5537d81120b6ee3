/** The elements of the timeline: one for each kind of line. */

import { plain } from '../models/gist.js';
import { words } from '../words.js';
import { show as showFiles } from './files.js';
import { linked, rendered } from './markup.js';
import { find, icon, paint, part } from './template.js';

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

  fresh() {},

  message(element, { message, continued, own, reach, me }) {
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
    quote(element, message);
    say(element, message, me);
    showFiles(element, message);
    react(element, message, me);
    element.dataset.reach = reach;
    mark(element, message, own, reach);
  },
};

function say(element, { deleted, html, text: written = '', edited }, me) {
  const text = find(element, 'text');
  const said = deleted ? words.removed : (html ?? written);
  const version = `${edited ?? ''} ${said}`;
  if (text.dataset.said === version) return;
  text.dataset.said = version;
  const raw = deleted || html === undefined; // what is on its way is shown as it was typed
  text.classList.toggle('raw', Boolean(raw));
  text.replaceChildren(...(deleted ? [said] : raw ? linked(written) : rendered(html, { me })));
  if (edited) (text.lastElementChild?.matches('p') ? text.lastElementChild : text).append(' ', changed(edited));
}

function changed(time) {
  const element = document.createElement('span');
  element.className = 'edited';
  element.textContent = words.edited;
  element.title = words.editedAt(time);
  return element;
}

/** What is replied to, as a link to it. */
function quote(element, { quote: quoted, deleted }) {
  let place = find(element, 'quote');
  if (!quoted || deleted) return place?.remove();
  if (!place) find(element, 'text').before((place = part('quote')));
  place.href = `/messages/${quoted.id}`;
  find(place, 'quote-name').textContent = quoted.user.name;
  find(place, 'quote-text').textContent = quoted.text ? plain(quoted.text) : words.quoteGone;
  return place;
}

/** A chip for each emoji, to press for adding one's own; who they are is told by reactions.js. */
function react(element, { reactions, deleted }, me) {
  let place = find(element, 'reactions');
  const all = Object.entries((!deleted && reactions) || {});
  if (!all.length) return place?.remove();
  if (!place) find(element, 'mark').before((place = part('reactions')));
  const version = JSON.stringify(reactions);
  if (place.dataset.shown === version) return place;
  place.dataset.shown = version;
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.emoji;
  place.replaceChildren(...all.map(([emoji, users]) => chip(emoji, users, users.includes(me))));
  if (focused) place.querySelector(`[data-emoji="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return place;
}

function chip(emoji, users, mine) {
  const button = part('reaction');
  button.dataset.emoji = emoji;
  button.dataset.people = users.join();
  button.setAttribute('aria-pressed', String(mine));
  button.setAttribute('aria-label', words.reaction(emoji, users.length));
  find(button, 'emoji').textContent = emoji;
  find(button, 'count').textContent = users.length.toLocaleString();
  return button;
}

function mark(element, message, own, reach) {
  const state = message.state ?? 'sent';
  const place = find(element, 'mark');
  const shown = !own || state === 'failed' || message.deleted ? '' : state === 'pending' ? state : reach;
  if (place.dataset.shown !== shown) {
    place.dataset.shown = shown;
    place.replaceChildren(...(shown ? [icon(shown === 'read' ? 'received' : shown), hidden(words.reach[shown])] : []));
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
