/** Wires the page together: who I am, where I am, and which part shows it. */

import { api } from './models/api.js';
import { Chat } from './models/chat.js';
import { backOff, Connection } from './models/connection.js';
import { choices, Shelf } from './models/kept.js';
import { Outbox } from './models/outbox.js';
import { Composer } from './views/composer.js';
import { Panel } from './views/panel.js';
import { Rooms } from './views/rooms.js';
import { Head, Notice, Status } from './views/status.js';
import { find, part, speak } from './views/template.js';
import { Timeline } from './views/timeline.js';
import { words } from './words.js';

const NARROW = '(max-width: 44.99rem)';
const NOT_WIDE = '(max-width: 68.99rem)';

const page = document.getElementById('page');
const hall = document.getElementById('hall');
const zones = {
  rooms: document.getElementById('rooms'),
  talk: document.getElementById('talk'),
  details: document.getElementById('details'),
};
const scrim = document.getElementById('scrim');

const outbox = new Outbox(new Shelf());
const chat = new Chat(outbox);
const connection = new Connection(
  () => `${location.origin.replace(/^http/, 'ws')}/chatsocket?${chat.position()}`,
  () => navigator.onLine,
);
const notice = new Notice(document.getElementById('notice'));

// What every part that is opened on demand may use.
const context = { chat, connection, outbox, go, enterRoom, open, become, ended, tell, conversation, goTo };

const whole = new AbortController();
const { signal } = whole;
const reached = new AbortController(); // the timeline, by a hand or the focus, for the first time
const on = (target, kind, act) => target.addEventListener(kind, act, { signal });

const roomsPanel = new Panel(zones.rooms, {
  opener: find(zones.talk, 'rooms'),
  closer: find(zones.rooms, 'close'),
  rest: [zones.talk, zones.details],
  scrim,
  over: NARROW,
});
const detailsPanel = new Panel(zones.details, {
  opener: find(zones.talk, 'people'),
  closer: find(zones.details, 'close'),
  rest: [zones.talk, zones.rooms],
  scrim,
  over: NOT_WIDE,
  kept: { of: () => choices.of('details'), keep: (opened) => choices.keep('details', opened) },
});
const head = new Head(zones.talk);
const timeline = new Timeline(find(zones.talk, 'timeline'), { chat, outbox });
const composer = new Composer(find(zones.talk, 'composer'), {
  chat,
  outbox,
  wrote: () => {
    timeline.follow();
    writing?.sent();
  },
  turn: (pages) => timeline.turn(pages),
  change: async (message, text) => (await conversation())?.edit(message, text) ?? tell(words.unreachable),
  tell,
});
const rooms = new Rooms(zones.rooms, { chat, go, opener: find(zones.talk, 'rooms') });
const status = new Status(find(zones.talk, 'status'), { connection, short: find(zones.rooms, 'state') });
Object.assign(context, { composer, timeline });
let details = null;
let talking = null;
let writing = null;
let completing = false;
let called = false;
let turn = 0;
let shown = null;

// --- Who I am ---

async function arrive(attempt = 0) {
  const [, token] = /^\/join\/([\w-]+)$/.exec(location.pathname) ?? [];
  if (token) return wait('join', { token });
  // The server saw no session with this page: a first visit need not ask, and wait, to be told so.
  if (document.documentElement.dataset.session === 'no' && !chat.me && !attempt) return wait('entrance');
  try {
    enter(await api.me());
  } catch (refusal) {
    if (refusal.status === 401) return wait('entrance');
    showAway(attempt);
  }
  return null;
}

async function enter(session) {
  page.dataset.state = 'in';
  hall.replaceChildren();
  chat.begin(session);
  if (session.room) history.replaceState(null, '', `/rooms/${session.room}`);
  await route(); // so that the first connection asks for the room in sight
  connection.connect();
}

/** Outside, before the door of this name: the entrance, or an invitation's. */
async function wait(door, told = {}) {
  page.dataset.state = 'hall';
  const view = await import(`./views/${door}.js`).catch(() => null);
  if (view) view.show(hall, { ...told, entered: enter });
  else showAway(0);
}

/** No session any more. @param {'left' | 'ended' | 'banned'} why by the person's wish, or the server's */
function ended(why) {
  document.querySelector('dialog[open]')?.close();
  roomsPanel.makeWay();
  detailsPanel.makeWay();
  connection.end();
  chat.end(why === 'left');
  show(null);
  return wait('entrance', { why });
}

/** Be somebody else from now on. */
function become(session) {
  connection.end();
  chat.end(false);
  return enter(session);
}

function showAway(attempt) {
  page.dataset.state = 'hall';
  const away = part('away');
  const at = Date.now() + backOff(attempt);
  const say = () => {
    find(away, 'text').textContent = words.awayHint(Math.max(0, Math.ceil((at - Date.now()) / 1000)));
  };
  const again = () => {
    clearInterval(tick);
    clearTimeout(timer);
    arrive(attempt + 1);
  };
  const tick = setInterval(say, 500);
  const timer = setTimeout(again, at - Date.now());
  find(away, 'again').addEventListener('click', again);
  say();
  hall.replaceChildren(away);
}

// --- Where I am ---

function go(id, join = false) {
  roomsPanel.makeWay();
  detailsPanel.makeWay();
  if (location.pathname !== `/rooms/${id}`) history.pushState(null, '', `/rooms/${id}`);
  route(join);
}

/** Open the place of a message. */
function goTo(message) {
  roomsPanel.makeWay();
  detailsPanel.makeWay();
  if (location.pathname !== `/messages/${message}`) history.pushState(null, '', `/messages/${message}`);
  route();
}

async function route(join = false) {
  const [, what, asked] = /^\/(rooms|messages)\/(\d+)$/.exec(location.pathname) ?? [];
  turn += 1;
  const mine = turn;
  if (what === 'messages') return routeTo(Number(asked), mine);
  const id = asked ? Number(asked) : chat.lobby?.id;
  if (!asked) history.replaceState(null, '', `/rooms/${id}`);
  const found = await chat.open(id, join).catch(() => null);
  if (mine !== turn) return; // they went elsewhere while we asked
  if (found === 'open') {
    chat.look(id);
    show(chat.current);
  } else if (found === 'missing') showInstead(part('missing'), () => go(chat.lobby.id));
  else if (found) showInstead(offer(found), () => go(id, true));
  else showInstead(part('unreachable'), () => route(join));
  if (!matchMedia('(pointer: coarse)').matches && !document.querySelector('dialog[open]')) composer.focus();
}

async function routeTo(id, mine) {
  const message = await api.message(id).catch(({ status }) => (status === 404 ? 'missing' : null));
  if (mine !== turn) return;
  if (message === 'missing') return showInstead(part('no-message'), () => go(chat.lobby.id));
  const entered = message && (await chat.open(message.room, true).catch(() => null));
  if (mine !== turn) return;
  if (entered !== 'open') return showInstead(part('unreachable'), () => route());
  chat.look(message.room);
  if (shown !== chat.current) show(chat.current);
  const there = await chat.current.open(id).catch(() => false);
  if (mine !== turn) return;
  if (there) timeline.reveal(id);
  else showInstead(part('unreachable'), () => route());
}

function show(room) {
  shown = room;
  find(zones.talk, 'nowhere').replaceChildren();
  zones.talk.classList.toggle('lost', !room);
  timeline.show(room);
  composer.show(room);
  details?.show(room);
  head.show(room);
}

function showInstead(missing, act) {
  chat.close();
  show(null);
  find(missing, 'act').addEventListener('click', act);
  find(zones.talk, 'nowhere').replaceChildren(missing);
}

function offer(entry) {
  const joinable = part('joinable');
  find(joinable, 'title').textContent = entry.name;
  find(joinable, 'topic').textContent = entry.topic ?? '';
  return joinable;
}

/** A room of mine, made or found just now. */
function enterRoom(entry) {
  chat.take(entry);
  go(entry.id);
}

// --- What is loaded only when it is asked for ---

/** @param {string} view its module in views/, which opens it with the context and whatever else it needs to know */
async function open(view, told = {}) {
  const module = await import(`./views/${view}.js`).catch(() => null);
  if (module) module.open(context, told);
  else tell(words.unreachable);
}

async function showDetails() {
  if (details || !detailsPanel.shown) return;
  const module = await import('./views/details.js').catch(() => null);
  if (!module) return tell(words.unreachable);
  details ??= new module.Details(zones.details, context);
  details.show(shown);
}

function tell(said) {
  notice.say(said);
}

/** @param {(it: import('./views/typing.js').Typing) => void} then not called while the server is away: nobody would hear it */
async function typing(then) {
  const module = await import('./views/typing.js').catch(() => null);
  if (!module) return;
  if (!writing) {
    writing = new module.Typing(find(zones.talk, 'typing'), context);
    writing.connect(signal);
  }
  then(writing);
}

async function complete(field) {
  if (completing || !/[:@]/.test(field.value)) return;
  completing = true;
  const module = await import('./views/completion.js').catch(() => null);
  completing = Boolean(module);
  if (module) new module.Completion(field, find(zones.talk, 'timeline'), chat).connect(signal);
}

async function conversation() {
  const module = await import('./views/conversation.js').catch(() => null);
  if (!module) return null;
  reached.abort();
  if (!talking) {
    talking = new module.Conversation(find(zones.talk, 'timeline'), context);
    talking.connect(signal);
  }
  return talking;
}

// --- What happens ---

function key(event) {
  const field = event.target.closest('input, textarea, select');
  if (page.dataset.state !== 'in') return;
  if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    open('switcher');
  } else if (event.key === '?' && !field) open('keys');
  else if (event.key === '/' && !field) {
    event.preventDefault();
    open('search');
  }
}

function press(event) {
  const { target } = event;
  const link = target.closest('a[href]');
  const [, id] = /^\/messages\/(\d+)$/.exec((link?.origin === location.origin && link.pathname) || '') ?? [];
  if (id && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button) {
    event.preventDefault();
    goTo(Number(id));
    return;
  }
  const picture = target.closest('a.picture');
  if (picture && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open('lightbox', { from: picture });
    return;
  }
  const person = target.closest('[data-user]');
  if (person) open('card', { id: Number(person.dataset.user) });
}

function watch() {
  chat.watched = !document.hidden;
  if (document.hidden) return;
  if (called) import('./views/notifications.js').then(({ seen }) => seen(), () => {});
  if (shown?.positions.unread) shown.mark();
  chat.see();
  connection.wake();
}

/** The socket found nobody: perhaps because the session is over, and a guest would not be let in. */
async function doubt() {
  const refusal = await api.me().then(() => null, (error) => error);
  if (refusal?.status === 401 && chat.me) ended('ended');
}

function lost({ detail: room }) {
  if (!room.leaving) tell(words.removedFrom(room.name));
  history.replaceState(null, '', `/rooms/${chat.lobby.id}`);
  route();
}

on(zones.details, 'shown', () => showDetails());
for (const kind of ['pointerover', 'focusin']) {
  find(zones.talk, 'timeline').addEventListener(kind, () => conversation(), { signal: reached.signal });
}
on(find(zones.rooms, 'jump'), 'click', () => open('switcher'));
on(find(zones.rooms, 'make'), 'click', () => open('new_room'));
on(find(zones.rooms, 'write'), 'click', () => open('write_to'));
on(find(zones.rooms, 'self'), 'click', ({ currentTarget }) => open('account_menu', { opener: currentTarget }));
on(find(zones.talk, 'emoji'), 'click', ({ currentTarget }) => open('emoji_picker', { opener: currentTarget }));
on(find(zones.talk, 'field'), 'input', ({ target }) => {
  complete(target);
  if (target.value.trim()) typing((it) => it.say());
});
on(find(zones.talk, 'search'), 'click', () => open('search'));
on(find(zones.talk, 'notify'), 'click', () => open('notify_room'));
on(document, 'keydown', key);
on(document, 'click', press);
on(document, 'visibilitychange', watch);
on(window, 'popstate', () => chat.me && route());
on(window, 'online', () => connection.wake());
on(window, 'offline', () => connection.wake());
on(connection, 'state', () => {
  if (connection.state === 'signed_out') ended('ended');
  else if (connection.state === 'banned') ended('banned');
});
on(connection, 'unheard', doubt);
on(chat, 'stranger', () => ended('ended'));
on(chat, 'lost', lost);
on(connection, 'event', ({ detail }) => {
  if (detail.type === 'typing' && !writing) typing((it) => it.hear(detail));
});
on(chat, 'rooms', () => head.count(chat.unread));
on(chat, 'heard', ({ detail: message }) => {
  if (!document.hidden) return;
  called = true;
  open('notifications', { message });
});

speak(document.body);
chat.connect(connection, signal);
for (const each of [timeline, composer, rooms, status, roomsPanel, detailsPanel]) each.connect(signal);
arrive();
