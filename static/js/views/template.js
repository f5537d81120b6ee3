/** Elements from the page's `<template>`s, with their words filled in. */

import { words } from '../words.js';

const { dataset } = document.documentElement;

/** How one comes in here, as the server told with the page. */
export const place = {
  guests: dataset.guests !== 'off',
  session: dataset.session === 'yes', // the browser had one, good or not
  signup: dataset.signup ?? 'off',
  version: dataset.version ?? '',
  password: 8, // the fewest characters
};

const SVG = 'http://www.w3.org/2000/svg';

/** A fresh copy of the template with this id. */
export function part(id) {
  return speak(document.getElementById(id).content.firstElementChild.cloneNode(true));
}

/** The element that plays this part within `root`. */
export const find = (root, name) => root.querySelector(`[data-part="${name}"]`);

/** Fill in `data-word` (text), `data-label` (what an icon means), `data-hint` (placeholder). */
export function speak(root) {
  for (const element of [root, ...root.querySelectorAll('[data-word], [data-label], [data-hint]')]) {
    const { word, label, hint } = element.dataset;
    if (word) element.textContent = words[word];
    if (label) name(element, words[label]);
    if (hint) element.placeholder = words[hint];
  }
  return root;
}

/** Say what an element is to those who see only its icon, and to those who don't see it. */
export function name(element, text) {
  element.setAttribute('aria-label', text);
  if (element.matches('button, a')) element.title = text;
}

export function icon(id) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = svg.appendChild(document.createElementNS(SVG, 'use'));
  use.setAttribute('href', `#icon-${id}`);
  return svg;
}

const graphemes = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;
const firstOf = (text) => (graphemes ? [...graphemes.segment(text)][0]?.segment : [...text][0]) ?? '';

/** Up to two initials; one of a script that has no capitals, where two would be a crowd. */
export function initials(text) {
  const pieces = text.trim().split(/[\s._-]+/u).filter(Boolean);
  const first = firstOf(pieces[0] ?? text);
  if (!/^\p{Ll}|^\p{Lu}/u.test(first) || pieces.length < 2) return first.toLocaleUpperCase();
  return (first + firstOf(pieces.at(-1))).toLocaleUpperCase();
}

/**
 * Paint a person: their initials, and over them, as soon as it is there, their picture. The golden angle keeps
 * neighbours by number apart in colour.
 */
export function paint(element, { id, name: called, avatar = '' }) {
  const painted = `${id} ${avatar} ${called}`;
  if (element.dataset.painted === painted) return;
  element.dataset.painted = painted;
  element.textContent = initials(called);
  element.classList.remove('pictured');
  element.style.setProperty('--hue', ((id * 137.508) % 360).toFixed(0));
  if (avatar) picture(element, avatar);
}

function picture(element, source) {
  const image = new Image();
  image.alt = '';
  image.loading = 'lazy'; // a list of people may be long
  image.decoding = 'sync'; // it is small, and one that is known already must not flicker
  image.addEventListener('error', () => image.remove());
  image.addEventListener('load', () => element.classList.toggle('pictured', image.parentElement === element));
  image.src = source;
  element.append(image);
}
