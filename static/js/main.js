/** Wires the page together: the models, the parts that show them, and the ways between. */

import { Chat } from './models/chat.js';
import { Connection } from './models/connection.js';
import { choices, Shelf } from './models/kept.js';
import { Outbox } from './models/outbox.js';
import { Doors } from './page/doors.js';
import { listen } from './page/hand.js';
import { OnDemand } from './page/on_demand.js';
import { Places } from './page/places.js';
import { Composer } from './views/composer.js';
import { Panel } from './views/panel.js';
import { Rooms } from './views/rooms.js';
import { Head, Notice, Renewal, Status } from './views/status.js';
import { find, speak } from './views/template.js';
import { Timeline } from './views/timeline.js';
import { words } from './words.js';

const NARROW = '(max-width: 44.99rem)';
const NOT_WIDE = '(max-width: 68.99rem)';

const zones = {
  rooms: document.getElementById('rooms'),
  talk: document.getElementById('talk'),
  details: document.getElementById('details'),
};
const scrim = document.getElementById('scrim');
const { signal } = new AbortController();
const on = (target, kind, act) => target.addEventListener(kind, act, { signal });

// --- What there is ---

const outbox = new Outbox(new Shelf());
const chat = new Chat(outbox);
const connection = new Connection(
  () => `${location.origin.replace(/^http/, 'ws')}/chatsocket?${chat.position()}`,
  () => navigator.onLine,
);

// --- What shows it ---

const notice = new Notice(document.getElementById('notice'));
const tell = (said) => notice.say(said);
const renewal = new Renewal(document.getElementById('notice'));
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
const panels = [roomsPanel, detailsPanel];
const head = new Head(zones.talk);
const timeline = new Timeline(find(zones.talk, 'timeline'), { chat, outbox });
const composer = new Composer(find(zones.talk, 'composer'), {
  chat,
  outbox,
  wrote: () => {
    timeline.follow();
    onDemand.sent();
  },
  turn: (pages) => timeline.turn(pages),
  change: async (message, text) => (await onDemand.conversation())?.edit(message, text) ?? tell(words.unreachable),
  tell,
});
const status = new Status(find(zones.talk, 'status'), { connection, short: find(zones.rooms, 'state') });

// What every part that is opened on demand may use.
const context = { chat, connection, outbox, composer, timeline, renewal, tell };
const onDemand = new OnDemand(context, zones);
const places = new Places({ chat, talk: zones.talk, panels, timeline, composer, views: [onDemand, head] });
const doors = new Doors({
  page: document.getElementById('page'),
  hall: document.getElementById('hall'),
  chat,
  connection,
  places,
  panels,
});
const open = (view, told) => onDemand.open(view, told);
Object.assign(context, {
  open,
  conversation: () => onDemand.conversation(),
  go: (id, join) => places.go(id, join),
  goTo: (message) => places.goTo(message),
  enterRoom: (entry) => places.enter(entry),
  become: (session) => doors.become(session),
  ended: (why) => doors.leave(why),
});
const rooms = new Rooms(zones.rooms, { chat, go: context.go, opener: find(zones.talk, 'rooms') });

// --- What happens ---

function watch() {
  chat.watched = !document.hidden;
  if (document.hidden) return;
  onDemand.seen();
  if (places.shown?.positions.unread) places.shown.mark();
  chat.see();
  connection.wake();
}

function lost({ detail: room }) {
  if (!room.leaving) tell(room.ended ? words.roomDeleted(room.name) : words.removedFrom(room.name));
  for (const panel of panels) panel.makeWay();
  places.settle();
  places.follow();
}

for (const [zone, button, view] of [
  ['rooms', 'jump', 'switcher'],
  ['rooms', 'make', 'new_room'],
  ['rooms', 'write', 'write_to'],
  ['rooms', 'self', 'account_menu'],
  ['talk', 'emoji', 'emoji_picker'],
  ['talk', 'search', 'search'],
  ['talk', 'notify', 'notify_room'],
]) {
  on(find(zones[zone], button), 'click', ({ currentTarget: opener }) => open(view, { opener }));
}
on(document, 'visibilitychange', watch);
on(window, 'popstate', () => chat.me && places.follow());
on(window, 'online', () => connection.wake());
on(window, 'offline', () => connection.wake());
on(connection, 'state', () => {
  if (connection.state === 'signed_out') doors.leave('ended');
  else if (connection.state === 'banned') doors.leave('banned');
});
on(connection, 'event', ({ detail: { type, version } }) => type === 'welcome' && renewal.hear(version));
on(connection, 'unheard', () => doors.doubt());
on(chat, 'stranger', () => doors.leave('ended'));
on(chat, 'lost', lost);
on(chat, 'rooms', () => head.count(chat.unread));
listen(context, () => doors.isIn, signal);

speak(document.body);
chat.connect(connection, signal);
for (const each of [timeline, composer, rooms, status, onDemand, roomsPanel, detailsPanel]) each.connect(signal);
doors.arrive();
