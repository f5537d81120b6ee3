/**
 * What people wrote, as elements.
 *
 * The server has sanitised the HTML of a message. The page doesn't lean on that alone: it is parsed into a document
 * of its own, where nothing loads and nothing runs, and is built anew from there, element by element, out of what is
 * allowed here. All else stays text.
 */

import { words } from '../words.js';
import { icon, name } from './template.js';

const PLAIN = new Set(
  'P BR STRONG EM B I S DEL CODE BLOCKQUOTE UL OL LI MARK'.split(' ').concat('PRE', 'A', 'SPAN'),
);
const CLASSES = new Set(['mention', 'emoji', 'me']);
const ADDRESSES = new Set(['http:', 'https:', 'mailto:']);
const DEEPEST = 40;
const LINK = /\bhttps?:\/\/[^\s<>"'\u201c\u201d\u300c\u300d]+/giu;
const TRAILING = /[.,:;!?\u3001\u3002\uff01\uff1f]+$/u;

const parser = new DOMParser();

/** @param {{me?: number}} reader whom a mention may be about. @returns {Node[]} */
export function rendered(html, { me = 0 } = {}) {
  const { body } = parser.parseFromString(html, 'text/html');
  return [...body.childNodes].map((node) => built(node, me, 0));
}

function built(node, me, depth) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return document.createTextNode('');
  if (!PLAIN.has(node.tagName) || depth > DEEPEST) return document.createTextNode(node.textContent);
  const element = document.createElement(node.tagName);
  for (const each of node.classList) if (CLASSES.has(each)) element.classList.add(each);
  for (const child of node.childNodes) element.append(built(child, me, depth + 1));
  finish[node.tagName]?.(element, node, me);
  return node.tagName === 'PRE' ? copied(element) : element;
}

const finish = {
  A(element, node, me) {
    if (node.classList.contains('mention')) mention(element, node, me);
    else direct(element, node.getAttribute('href') ?? '');
  },
  SPAN: (element, node, me) => node.classList.contains('mention') && mention(element, node, me),
  PRE: (element) => Object.assign(element, { tabIndex: 0 }),
  OL: (element, node) => /^\d{1,9}$/.test(node.getAttribute('start') ?? '') && (element.start = node.start),
};

function mention(element, node, me) {
  const id = Number(node.dataset.user);
  if (Number.isSafeInteger(id) && id > 0) element.dataset.user = id;
  // `@here` and `@room` are about everybody.
  if (!id || id === me) element.classList.add('me');
}

function direct(element, address) {
  if (!URL.canParse(address) || !ADDRESSES.has(new URL(address).protocol)) return;
  element.href = address;
  if (new URL(address).origin === location.origin) return; // a place in this chat: see main.js
  element.target = '_blank';
  element.rel = 'noopener noreferrer nofollow';
}

/** A block of code, with a button that copies it. */
function copied(block) {
  const around = document.createElement('div');
  around.className = 'code';
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'tool' });
  button.dataset.act = 'copy';
  name(button, words.copyCode);
  button.append(icon('copy'));
  around.append(block, button);
  return around;
}

/** Text that is not rendered yet, with its addresses made into links. Never parsed as HTML. */
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
  direct(element, address);
  element.textContent = address;
  return element;
}
