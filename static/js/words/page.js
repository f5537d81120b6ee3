/** The page as a whole: the connection, what went wrong, the keys. */

export const page = {
  connection: 'Connection',
  state: {
    idle: '',
    connecting: 'Connecting',
    connected: 'Connected',
    updating: 'Updating…',
    reconnecting: (seconds) => (seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting'),
    offline: 'Offline. Messages wait here.',
    disconnected: 'Disconnected. Messages wait here.',
    banned: 'You can no longer take part here.',
  },
  stateShort: {
    connecting: 'Connecting',
    connected: 'Connected',
    updating: 'Updating',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
    disconnected: 'Disconnected',
    banned: 'Banned',
  },
  connect: 'Connect',
  disconnect: 'Disconnect',
  updated: 'Gust was updated.',
  reload: 'Reload',
  outdated: 'Gust was updated. Reload the page to do this.',
  away: 'Gust cannot be reached',
  awayHint: (seconds) => (seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.'),
  /** What went wrong with a call: the server's own sentence, if it said one. */
  refusal: (refusal) => (refusal.unreachable || !refusal.message ? page.unreachable : refusal.message),
  unreachable: 'The server cannot be reached. Try again in a moment.',

  keys: 'Keys',
  keyList: [
    [['Enter'], 'Send the message'],
    [['Shift', 'Enter'], 'Make a new line'],
    [['Ctrl', 'K'], 'Go to a room or a person, or make a room'],
    [['↑'], 'Edit your last message (in an empty field)'],
    [['↑', '↓'], 'Go from message to message (in the timeline)'],
    [['Page Up'], 'Read further up'],
    [['Page Down'], 'Read further down'],
    [['End'], 'Go to the latest message (in the timeline)'],
    [['Esc'], 'Close what is open'],
    [['/'], 'Search messages'],
    [['?'], 'Show this list'],
  ],
};
