/** Every word a person reads, in one place, so that a translator needs no other file. */

const LANGUAGE = 'en-GB';
const DAY = 86_400_000;

// Names may be written from right to left: each is isolated, or it would reorder the sentence around it.
const isolated = (name) => `\u2068${name}\u2069`;

/** @param {string[]} names */
function listed(names) {
  const shown = names.map(isolated);
  if (shown.length > 3) return `${shown[0]}, ${shown[1]} and ${shown.length - 2} others`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

const counted = (n, one, many) => `${n.toLocaleString(LANGUAGE)} ${n === 1 ? one : many}`;

// The reader's own habit decides between 09:05 and 9:05 am; the words around it are ours.
const { hour12 } = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions();
const clock = new Intl.DateTimeFormat(undefined, { hour: hour12 ? 'numeric' : '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long', day: 'numeric', month: 'long' });
const dated = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const dayAlone = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'long', year: 'numeric' });

const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);

export const words = {
  product: 'Gust',

  // Outside
  about: 'Team chat that loses nothing. Choose a name and you are in.',
  yourName: 'Your name',
  nameHint: 'No account needed. Everyone here sees this name.',
  comeIn: 'Come in',
  password: 'Password',
  passwordHint: 'At least 8 characters. A few words are easier to keep than signs.',
  signIn: 'Sign in',
  signInAbout: 'Sign in with the name and password of your account.',
  register: 'Create account',
  registerAbout: 'Create an account: a name that stays yours, on every device.',
  accountNameHint: 'Everyone here sees this name.',
  ways: { guest: 'Come in without an account', signIn: 'Sign in to an account', register: 'Create an account' },
  uninvited: 'New here? Ask somebody inside for an invitation link.',
  signedOut: 'You have been signed out. You can come back in here.',
  bannedTitle: 'You can no longer take part here',
  bannedText: 'Somebody who looks after this place has ended your access. What you wrote before is not lost to the others.',
  comeAsAnother: 'Use another name',

  // Rooms
  rooms: 'Rooms',
  directs: 'Direct messages',
  writeTo: 'Write to somebody',
  closedRoom: 'closed room',
  removedFrom: (room) => `You are no longer in ${isolated(room)}.`,
  openRooms: 'Show rooms',
  closeRooms: 'Hide rooms',
  newRooms: 'There are new messages in another room',
  jump: 'Go to a room',
  makeRoom: 'Make a room',
  roomName: 'Name',
  roomTopic: 'Topic',
  optional: 'optional',
  roomHint: 'Anyone here can find and join it.',
  make: 'Make room',
  leaveRoom: 'Leave room',
  unread: 'new messages',
  joinIt: 'Join',
  hereAlready: 'You are here',
  filterRooms: 'Find or make a room',
  roomsFound: 'Rooms found',
  makeNamed: (name) => `Make the room ${isolated(name)}`,
  noRoomTitle: 'There is no such room',
  noRoom: 'It may have been closed, or the address may be mistyped.',
  toLobby: 'Go to the lobby',
  joinHint: 'You are not in this room yet.',
  joinRoom: 'Join room',
  unreachableTitle: 'This room could not be opened',

  // The timeline
  messagesIn: (room) => `Messages in ${isolated(room)}`,
  skip: 'Skip to the messages',
  loading: 'Loading messages',
  emptyTitle: (room) => `It is quiet in ${isolated(room)}`,
  empty: 'Write the first message below. It is kept, and everyone who comes here will see it.',
  beginning: (room) => `This is where ${isolated(room)} begins.`,
  olderFailed: 'Older messages could not be loaded.',
  latestFailed: 'The messages could not be loaded.',
  newMessages: (n) => counted(n, 'new message', 'new messages'),
  latest: 'Latest messages',
  sending: 'Sending',
  sent: 'Sent',
  notSent: (reason) => `Not sent. ${reason}`,
  tryAgain: 'Try again',
  discard: 'Discard',
  joined: (names) => `${listed(names)} joined`,
  left: (names) => `${listed(names)} left`,
  and: ' · ',

  messageActions: 'What to do with this message',
  copyText: 'Copy text',
  copied: 'Copied.',
  aboutAuthor: (name) => `About ${isolated(name)}`,
  removeMessage: 'Remove',
  removeMessageTitle: 'Remove this message?',
  removeMessageHint: 'It goes away for everyone. A line that it was removed stays in its place.',
  remove: 'Remove',
  removed: 'This message was removed.',

  // The composer
  message: (room) => `Message ${isolated(room)}`,
  send: 'Send',
  keysHint: 'Enter sends, Shift+Enter makes a new line',
  charactersLeft: (n) => `${counted(n, 'character', 'characters')} left`,
  tooLong: (n) => `${counted(n, 'character', 'characters')} too long`,

  // People
  people: 'People',
  showPeople: (n) => `People: ${n.toLocaleString(LANGUAGE)} here`,
  closePeople: 'Hide people',
  hereNow: 'Here now',
  you: 'you',
  manyHere: 'So many are here that their names are not listed.',
  roomDetails: 'About this room',
  roles: { guest: 'Guest', member: 'Member', moderator: 'Moderator', admin: 'Admin', bot: 'Bot' },
  role: 'Role',
  roleMember: 'Member',
  roleModerator: 'Moderator',
  roleAdmin: 'Admin',
  hereOrNot: (here) => (here ? 'Here now' : 'Not here now'),
  isBanned: 'Banned: cannot come back in',
  since: (time) => `Since ${dayAlone.format(time)}`,
  personGone: 'This person is not here any more.',
  writeMessage: 'Message',
  takeOutOf: (room) => `Take out of ${isolated(room)}`,
  tookOut: (name, room) => `${isolated(name)} is no longer in ${isolated(room)}.`,
  banMore: 'Ban…',
  ban: 'Ban',
  unban: 'Lift the ban',
  banTitle: (name) => `Ban ${isolated(name)}?`,
  banAbout: 'They are signed out at once and cannot come back until somebody lifts the ban.',
  banReason: 'Reason',
  banReasonHint: 'They are told it when they try to sign in.',
  banAddress: 'Also keep out new guests and accounts from their address',
  banRemove: 'Also remove all their messages',
  bannedNow: (name) => `${isolated(name)} is banned.`,

  // The connection
  connection: 'Connection',
  state: {
    idle: '',
    connecting: 'Connecting',
    connected: 'Connected',
    reconnecting: (seconds) => (seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting'),
    offline: 'Offline. What you write waits here.',
    disconnected: 'Disconnected. What you write waits here.',
    banned: 'You can no longer take part here.',
  },
  stateShort: {
    connecting: 'Connecting',
    connected: 'Connected',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
    disconnected: 'Disconnected',
    banned: 'Banned',
  },
  connect: 'Connect',
  disconnect: 'Disconnect',
  away: 'Gust cannot be reached',
  awayHint: (seconds) => (seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.'),
  unreachable: 'The server cannot be reached. Try again in a moment.',

  // One's own entry
  account: 'Your name and connection',
  changeName: 'Change name',
  save: 'Save',
  cancel: 'Cancel',
  close: 'Close',
  signOut: 'Sign out',
  choosePassword: 'Choose a password',
  memberAbout: 'With a password you keep your name, and can sign in from any device. All you wrote stays yours.',
  becomeMember: 'Become a member',
  nowMember: 'You are a member now. Sign in with your name and password from anywhere.',
  signInInstead: 'You go on as the person of your account, not as the guest you are now.',
  yourAccount: 'Your account',
  invitePeople: 'Invite people',
  moderation: 'Moderation',
  signOutTitle: 'Sign out?',
  signOutHint: 'You can sign in again at any time.',
  guestSignOutHint: 'You are here as a guest. Once signed out, you cannot come back as the same person.',
  signOutEverywhereTitle: 'Sign out everywhere?',
  signOutEverywhereHint: 'Every device that you are signed in on is signed out, this one too.',
  unsentLost: (n) => `${counted(n, 'message', 'messages')} not sent yet will be discarded.`,

  // The keys
  keys: 'Keys',
  keyList: [
    [['Enter'], 'Send the message'],
    [['Shift', 'Enter'], 'Make a new line'],
    [['Ctrl', 'K'], 'Go to a room, or make one'],
    [['Page Up'], 'Read further up'],
    [['Page Down'], 'Read further down'],
    [['End'], 'Go to the latest message (in the timeline)'],
    [['Esc'], 'Close what is open'],
    [['?'], 'Show this list'],
  ],

  title: (room, unseen) => `${unseen ? `(${unseen}) ` : ''}${room ? `${room} · ` : ''}Gust`,

  time: (time) => clock.format(time),
  fullTime: (time) => `${dated.format(time)}, ${clock.format(time)}`,

  /** "Today", "Yesterday", "Tuesday, 3 March", and with the year where it is another one. */
  day(time, now = Date.now()) {
    // Rounded, because a day with a change of clocks has 23 or 25 hours.
    const ago = Math.round((midnight(now) - midnight(time)) / DAY);
    if (ago === 0) return 'Today';
    if (ago === 1) return 'Yesterday';
    const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
    return (sameYear ? weekday : dated).format(time).replace(/^(\p{L}+) /u, '$1, ');
  },
};
