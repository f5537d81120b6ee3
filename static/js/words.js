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

// In the middle of a sentence.
const seenAt = (time) => `${words.day(time).replace(/^(Today|Yesterday)$/, (day) => day.toLowerCase())}, ${clock.format(time)}`;

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
  writeToAbout: 'Choose one person or several. Nobody else sees what you write there.',
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
  roomKind: 'Who can come in',
  kindOpen: 'Open',
  kindOpenHint: 'Anyone here can find and join it.',
  kindClosed: 'Closed',
  kindClosedHint: 'Only whom its members bring in. Nobody else sees it.',
  roomSettings: 'Room settings',
  make: 'Make room',
  leaveRoom: 'Leave room',
  unread: (n, named) => `${counted(n, 'new message', 'new messages')}${named ? `, ${counted(named, 'mention', 'mentions')}` : ''}`,
  joinIt: 'Join',
  hereAlready: 'You are here',
  filterRooms: 'Find a room or a person',
  roomsFound: 'Rooms found',
  makeNamed: (name) => `Make the room ${isolated(name)}`,
  noRoomTitle: 'There is no such room',
  noRoom: 'It may have been closed, or the address may be mistyped.',
  toLobby: 'Go to the lobby',
  joinHint: 'You are not in this room yet.',
  joinRoom: 'Join room',
  noMessageTitle: 'There is no such message',
  noMessage: 'It may have been removed, or be in a room that you are not in.',
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
  newHere: 'New',
  reach: { pending: 'Sending', sent: 'Sent', received: 'Received', read: 'Read' },
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

  edit: 'Edit',
  edited: '(edited)',
  editedAt: (time) => `Edited ${words.fullTime(time)}`,
  reply: 'Reply',
  react: 'React',
  reactions: 'Reactions',
  reaction: (emoji, n) => `${emoji}, ${counted(n, 'person', 'people')}`,
  quoteGone: 'A removed message',
  reacted: (names, others) => `${listed([...names, ...(others ? [counted(others, 'other', 'others')] : [])])} reacted`,
  youToo: 'You',
  chooseEmoji: 'Choose an emoji',
  findEmoji: 'Find an emoji',
  noEmoji: 'No emoji has a name like that.',
  emojiFound: 'Found',
  emojiGroups: {
    quick: 'Often used',
    faces: 'Faces',
    hands: 'Hands and people',
    hearts: 'Hearts and feelings',
    nature: 'Animals and nature',
    food: 'Food and drink',
    things: 'Things',
    places: 'Places and travel',
    signs: 'Signs',
  },
  markUnread: 'Mark as unread from here',
  readers: 'Who has read it',
  noReaders: 'Nobody has received it yet.',
  readBy: (time) => `Read, last here ${words.day(time)} ${words.time(time)}`,
  receivedBy: 'Received',
  copyLink: 'Copy link',
  copyCode: 'Copy code',

  // Search
  search: 'Search messages',
  searchMessages: 'Search messages',
  found: 'Messages found',
  searchHint: 'Words or “a phrase”; from:ada, in:lobby, before:2026-11-01 narrow it.',
  searching: 'Searching',
  hits: (n, more) => `${n}${more ? '+' : ''} ${n === 1 && !more ? 'message' : 'messages'}`,
  noHitsYet: 'Nothing found as yet.',
  searchFurther: 'Search further back',
  noHits: 'Nothing found. Fewer or shorter words find more.',

  // Notifications
  notify: 'Notifications',
  notifyOf: (room) => `Notifications of ${isolated(room)}`,
  notifyAll: 'Every message',
  notifyMentions: 'Only what names me',
  notifyNothing: 'Nothing',
  notifySound: 'With a soft sound',
  notifyAllow: 'Allow notifications',
  notifyState: {
    default: 'This browser has to allow notifications before you see any.',
    granted: 'You are told while this page is out of sight.',
    denied: 'This browser does not allow notifications here. Change it in its settings for this site.',
    absent: 'This browser shows no notifications here. The numbers in the tab and the sound still tell you.',
  },

  // The composer
  everybody: { here: 'Everybody who is here now', room: 'Everybody in this room' },
  completion: 'Suggestions',
  typing: (names) =>
    names.length > 2 ? `${names.length} people are typing` : `${listed(names)} ${names.length === 1 ? 'is' : 'are'} typing`,
  editing: 'Editing',
  replyingTo: (name) => `Reply to ${isolated(name)}`,
  // Files
  files: 'Files',
  filesOf: (room) => `Files of ${isolated(room)}`,
  loadingFiles: 'Loading files',
  noFiles: 'No files yet. Drop one into the conversation, or press the paper clip beside the message.',
  showPicture: (name) => `Show ${isolated(name)} large`,
  pictureOf: (n, all) => (all > 1 ? `${n} of ${all}` : ''),
  previousPicture: 'Previous picture',
  nextPicture: 'Next picture',
  pictureGone: 'This picture is not here any more.',
  download: (name) => `Download ${isolated(name)}`,
  fileAbout: ({ name, type, size }) => `${words.kindOfFile(name, type)} · ${words.size(size)}`,
  kindOfFile(name, type) {
    const known = { 'application/pdf': 'PDF', 'application/zip': 'ZIP', 'text/plain': 'Text', 'text/html': 'Web page' };
    return known[type] ?? /\.(\w{1,6})$/.exec(name)?.[1].toUpperCase() ?? 'File';
  },
  size(bytes) {
    if (bytes === 1) return '1 byte';
    const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
    let at = 0;
    let amount = bytes;
    for (; amount >= 1024 && at < units.length - 1; at += 1) amount /= 1024;
    return `${amount.toLocaleString(LANGUAGE, { maximumFractionDigits: at > 1 ? 1 : 0 })} ${units[at]}`;
  },

  message: (room) => `Message ${isolated(room)}`,
  send: 'Send',
  keysHint: 'Enter sends, Shift+Enter makes a new line',
  charactersLeft: (n) => `${counted(n, 'character', 'characters')} left`,
  attach: 'Attach files',
  attachedFiles: 'Attached files',
  dropHere: 'Drop files to attach them',
  takeOutFile: (name) => `Take out ${isolated(name)}`,
  uploading: (part, size) => `${Math.floor(part * 100)} % of ${words.size(size)}`,
  uploadChecked: 'Almost there',
  uploadAgain: 'The connection was lost; trying again',
  uploadFailed: 'Not uploaded. Check your connection.',
  noFolders: 'A folder can’t be attached. Choose the files in it, or put it into a ZIP.',
  tooLarge: (limit) => `Larger than ${words.size(limit)}, the most here`,
  tooManyFiles: (n) => `A message can have ${n} files. Send these first.`,
  tooLong: (n) => `${counted(n, 'character', 'characters')} too long`,

  // People
  people: 'People',
  showPeople: (n) => `People: ${n.toLocaleString(LANGUAGE)} here`,
  closePeople: 'Hide people',
  hereNow: 'Here now',
  you: 'you',
  here: 'here',
  notHere: 'Not here now',
  findPeople: 'Find people',
  nobodyFound: 'Nobody here has such a name.',
  showMore: 'Show more',
  showEverybody: 'Show everybody',
  quietRoles: { guest: 'guest', moderator: 'moderator', admin: 'admin', bot: 'bot' },
  looksAfter: 'host',
  chosen: (names) => `Chosen: ${listed(names)}`,
  bringIn: 'Bring people in',
  bringInNow: 'Bring in',
  bringInto: (room) => `Bring people into ${isolated(room)}`,
  bringInAbout: 'They can read all that was said there, and take part.',
  broughtIn: (names, room) => `${listed(names)} can now see ${isolated(room)}.`,
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
  banRemove: 'Also remove all their messages, for everyone',
  bannedNow: (name) => `${isolated(name)} is banned.`,

  // Invitations
  invitationLink: 'Invitation link',
  inviteTo: (room) => `Invite to ${isolated(room)}`,
  inviteAbout: 'Whoever has the link can come in and create an account.',
  inviteToRoomAbout: 'Whoever has the link can come into this room.',
  inviteDays: 'Works for',
  oneDay: '1 day',
  oneWeek: '7 days',
  oneMonth: '30 days',
  oneYear: '1 year',
  inviteUses: 'And for',
  onePerson: '1 person',
  tenPeople: '10 people',
  hundredPeople: '100 people',
  thousandPeople: '1,000 people',
  makeLink: 'Make a link',
  newLink: 'The new link',
  linkOnce: 'It is shown only now: copy it before you close this.',
  copy: 'Copy',
  copyYourself: 'Press Ctrl+C to copy it.',
  yourInvites: 'Links that still work',
  noInvites: 'There are none.',
  inviteToRoom: (room) => `To ${isolated(room)}`,
  inviteToPlace: 'To this place',
  inviteState: ({ used, uses, expires }, by) =>
    [`${used} of ${uses} used`, `until ${dayAlone.format(expires)}`, by && `by ${isolated(by)}`]
      .filter(Boolean)
      .join(' · '),
  revoke: 'Revoke',
  invited: (by, room) =>
    by
      ? `${isolated(by)} invites you to ${room ? isolated(room) : 'Gust'}`
      : `You are invited to ${room ? isolated(room) : 'Gust'}`,
  invitedAsAdmin: 'This link makes you the admin of this place',
  acceptAs: (name) => `Accept as ${isolated(name)}`,
  notNow: 'Not now',
  invitationEnded: 'This invitation does not work any more',
  invitationEndedText: 'It has ended, was used up or was revoked. Ask for a new one.',
  toEntrance: 'Go to the entrance',

  // Moderation
  bans: 'Bans',
  actionsDone: 'What was done',
  filters: 'Word filter',
  nobodyBanned: 'Nobody is banned.',
  unbanOf: (name) => `Lift the ban of ${isolated(name)}`,
  banState: ({ by, date, reason, address }) =>
    [
      `${dayAlone.format(date)}${by ? `, by ${isolated(by)}` : ''}`,
      address && 'with their address',
      reason && isolated(reason),
    ]
      .filter(Boolean)
      .join(' · '),
  nothingDone: 'Nothing was done yet.',
  /** One sentence for each kind of deed in the log. */
  action: ({ what, by, user, room }) => {
    const doer = by ? isolated(by.name) : 'Somebody';
    const whom = user ? isolated(user.name) : 'somebody';
    const where = room ? isolated(room.name) : '';
    const deeds = {
      ban: `${doer} banned ${whom}`,
      unban: `${doer} lifted the ban of ${whom}`,
      remove_message: `${doer} removed a message${user ? ` of ${whom}` : ''}${where ? ` in ${where}` : ''}`,
      kick: `${doer} took ${whom} out${where ? ` of ${where}` : ''}`,
      role: `${doer} changed the role of ${whom}`,
      filters: `${doer} changed the word filter`,
      room: `${doer} changed ${where || 'a room'}`,
    };
    return deeds[what] ?? `${doer}: ${what}`;
  },
  filtersAbout: 'Rules are tried from the first to the last. A word is found as a whole, a pattern anywhere.',
  filtersSaved: 'Saved. It holds for what is written from now on.',
  addRule: 'Add a rule',
  ruleText: 'Word or pattern',
  ruleReason: 'Reason told to the writer (optional)',
  ruleWord: 'Word',
  rulePattern: 'Pattern',
  ruleRefuse: 'Refuse the message',
  ruleMask: 'Mask it',
  ruleField: (field, n) =>
    `Rule ${n}: ${{ text: 'word or pattern', kind: 'kind', act: 'what happens', reason: 'reason' }[field]}`,
  removeRule: (n) => `Remove rule ${n}`,

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
  /** What went wrong with a call: the server's own sentence, if it said one. */
  refusal: (refusal) => (refusal.unreachable || !refusal.message ? words.unreachable : refusal.message),
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
  nameChanged: 'Your name is changed.',
  yourPicture: 'Your picture',
  choosePicture: 'Choose a picture',
  replacePicture: 'Change picture',
  removePicture: 'Remove picture',
  usePicture: 'Use picture',
  zoom: 'Zoom',
  cutHint: 'The part that is shown. Drag the picture, or move it with the arrow keys.',
  pictureChanged: 'Everybody sees your new picture.',
  pictureRemoved: 'Your picture is removed: your initials are shown.',
  noPicture: (name) => `${isolated(name)} is no picture that can be shown here. Choose a JPEG, PNG, GIF or WebP.`,
  changePassword: 'Change password',
  oldPassword: 'Password until now',
  newPassword: 'New password',
  passwordChangeHint: 'At least 8 characters. All your other devices are signed out.',
  passwordChanged: 'Your password is changed.',
  devices: 'Where you are signed in',
  unknownDevice: 'Unknown device',
  deviceAbout: (address, seen) =>
    [address, seen === null ? 'this device' : `last seen ${seenAt(seen)}`].filter(Boolean).join(' · '),
  signOutOf: (device) => `Sign out: ${isolated(device)}`,
  signOutEverywhere: 'Sign out everywhere',
  deleteAccount: 'Delete account',
  deleteAccountTitle: 'Delete your account?',
  deleteAccountAbout: 'You are signed out everywhere, and your name becomes free. This cannot be undone.',
  whatYouWrote: 'What you wrote',
  keepMessages: 'Stays',
  keepMessagesHint: 'Under the name “deleted user”.',
  removeMessages: 'Goes as well',
  removeMessagesHint: 'Each message is removed for everyone, with its files.',
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
    [['Ctrl', 'K'], 'Go to a room or a person, or make a room'],
    [['↑'], 'Go from message to message (in the timeline)'],
    [['Page Up'], 'Read further up'],
    [['Page Down'], 'Read further down'],
    [['End'], 'Go to the latest message (in the timeline)'],
    [['Esc'], 'Close what is open'],
    [['/'], 'Search messages'],
    [['↑'], 'Edit your last message (in an empty field); walk through the messages (in the timeline)'],
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
