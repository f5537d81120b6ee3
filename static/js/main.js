/** Wires the page together: who I am, where I am, and which part shows it. */

import { api } from './models/api.js';
import { Chat } from './models/chat.js';
import { backOff, Connection } from './models/connection.js';
import { choices, Shelf } from './models/kept.js';
import { Outbox } from './models/outbox.js';
import { Composer } from './views/composer.js';
import { Panel } from './views/panel.js';
import { Rooms } from './views/rooms.js';
import { Status } from './views/status.js';
import { find, name, part, speak } from './views/template.js';
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

const whole = new AbortController();
const { signal } = whole;
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
  kept: { of: () => choices.of('details'), keep: (open) => choices.keep('details', open) },
});
const timeline = new Timeline(find(zones.talk, 'timeline'), { chat, outbox });
const composer = new Composer(find(zones.talk, 'composer'), {
  chat,
  outbox,
  wrote: () => timeline.follow(),
  turn: (pages) => timeline.turn(pages),
});
const rooms = new Rooms(zones.rooms, { chat, go, opener: find(zones.talk, 'rooms') });
const status = new Status(find(zones.talk, 'status'), { connection, short: find(zones.rooms, 'state') });
let details = null;
let unseen = 0;
let turn = 0;
let shown = null;
let following = new AbortController();

// --- Who I am ---

async function arrive(attempt = 0) {
  // The server saw no session with this page: a first visit need not ask, and wait, to be told so.
  if (document.documentElement.dataset.session === 'no' && !chat.me && !attempt) return showEntrance(false);
  try {
    enter(await api.me());
  } catch (refusal) {
    if (refusal.status === 401) return showEntrance(false);
    showAway(attempt);
  }
  return null;
}

async function enter(session) {
  page.dataset.state = 'in';
  hall.replaceChildren();
  chat.begin(session);
  await route(); // so that the first connection asks for the room in sight
  connection.connect();
}

async function showEntrance(returning) {
  connection.end();
  chat.end(returning === 'for good');
  show(null);
  page.dataset.state = 'hall';
  const entrance = await import('./views/entrance.js');
  entrance.showEntrance(hall, { returning: Boolean(returning), entered: enter });
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
  if (location.pathname !== `/rooms/${id}`) history.pushState(null, '', `/rooms/${id}`);
  route(join);
}

async function route(join = false) {
  const [, asked] = /^\/rooms\/(\d+)$/.exec(location.pathname) ?? [];
  const id = asked ? Number(asked) : chat.lobby?.id;
  if (!asked) history.replaceState(null, '', `/rooms/${id}`);
  turn += 1;
  const mine = turn;
  const found = await chat.open(id, join).catch(() => null);
  if (mine !== turn) return; // they went elsewhere while we asked
  if (found === 'open') {
    chat.look(id);
    show(chat.current);
  } else if (found === 'missing') showNotice(part('missing'), () => go(chat.lobby.id));
  else if (found) showNotice(invitation(found), () => go(id, true));
  else showNotice(part('unreachable'), () => route(join));
  if (!matchMedia('(pointer: coarse)').matches && !document.querySelector('dialog[open]')) composer.focus();
}

function show(room) {
  following.abort();
  following = new AbortController();
  shown = room;
  find(zones.talk, 'nowhere').replaceChildren();
  zones.talk.classList.toggle('lost', !room);
  timeline.show(room);
  composer.show(room);
  details?.show(room);
  if (room) {
    room.addEventListener('described', () => head(room), { signal: following.signal });
    room.addEventListener('people', () => head(room), { signal: following.signal });
  }
  head(room);
}

function showNotice(notice, act) {
  chat.close();
  show(null);
  find(notice, 'act').addEventListener('click', act);
  find(zones.talk, 'nowhere').replaceChildren(notice);
}

function invitation(entry) {
  const notice = part('invitation');
  find(notice, 'title').textContent = entry.name;
  find(notice, 'topic').textContent = entry.topic ?? '';
  return notice;
}

function head(room) {
  find(zones.talk, 'name').textContent = room?.name ?? '';
  find(zones.talk, 'topic').textContent = room?.topic ?? '';
  const people = find(zones.talk, 'people');
  people.hidden = !room;
  const count = room?.presence.count ?? 0;
  find(people, 'count').textContent = count ? count.toLocaleString() : '';
  name(people, words.showPeople(count));
  title();
}

function title() {
  document.title = words.title(shown?.name, unseen);
}

// --- What is loaded only when it is asked for ---

const open = {
  switcher: async () =>
    (await import('./views/switcher.js')).openSwitcher({ chat, go: (id) => go(id, true), make: open.newRoom }),
  newRoom: async (wanted) => (await import('./views/new_room.js')).openNewRoom(made, wanted),
  keys: async () => (await import('./views/keys.js')).openKeys(),
  account: async (opener) =>
    (await import('./views/account.js')).openMenu(opener, {
      chat,
      connection,
      outbox,
      keys: open.keys,
      signedOut: () => showEntrance('for good'),
    }),
  details: async () => {
    if (details || !detailsPanel.shown) return;
    const { Details } = await import('./views/details.js');
    details ??= new Details(zones.details, { chat, left });
    details.show(shown);
  },
};

// Where it fails the room stays where it was, and so does the button.
function left(room) {
  chat.leave(room).catch(() => {});
}

function made(entry) {
  chat.take(entry);
  go(entry.id);
}

// --- What happens ---

function key(event) {
  const field = event.target.closest('input, textarea');
  if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && page.dataset.state === 'in') {
    event.preventDefault();
    open.switcher();
  } else if (event.key === '?' && !field && page.dataset.state === 'in') open.keys();
}

function watch() {
  chat.watched = !document.hidden;
  if (document.hidden) return;
  unseen = 0;
  title();
  chat.see();
  connection.wake();
}

function ended() {
  if (connection.state === 'signed_out') showEntrance(true);
}

on(zones.details, 'shown', () => open.details());
on(find(zones.rooms, 'jump'), 'click', () => open.switcher());
on(find(zones.rooms, 'make'), 'click', () => open.newRoom());
on(find(zones.rooms, 'self'), 'click', ({ currentTarget }) => open.account(currentTarget));
on(document, 'keydown', key);
on(document, 'visibilitychange', watch);
on(window, 'popstate', () => chat.me && route());
on(window, 'online', () => connection.wake());
on(window, 'offline', () => connection.wake());
on(connection, 'state', ended);
on(chat, 'stranger', () => showEntrance(true));
on(chat, 'lost', () => {
  history.replaceState(null, '', `/rooms/${chat.lobby.id}`);
  route();
});
on(chat, 'heard', () => {
  if (!document.hidden) return;
  unseen += 1;
  title();
});

speak(document.body);
chat.connect(connection, signal);
for (const each of [timeline, composer, rooms, status, roomsPanel, detailsPanel]) each.connect(signal);
arrive();
