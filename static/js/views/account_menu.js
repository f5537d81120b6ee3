/** My own entry: a menu of what concerns me, and the place as far as I look after it. */

import { hasAccount, isModerator, mayInvite } from '../models/may.js';
import { words } from '../words.js';
import { openMenu } from './menu.js';
import { place } from './template.js';

export function open(context, { opener }) {
  const { me } = context.chat;
  openMenu(opener, hasAccount(me) ? membersItems(me, context) : guestsItems(context), { label: words.account });
}

const online = ({ state }) => state === 'connected' || state === 'connecting';

function guestsItems({ connection, open: openView }) {
  return [
    { word: words.changeName, run: () => openView('change_name') },
    { word: words.yourPicture, run: () => openView('portrait') },
    place.signup === 'open' && { word: words.choosePassword, run: () => openView('become_member') },
    { word: words.signIn, run: () => openView('sign_in') },
    ...alwaysItems({ connection, open: openView }),
  ].filter(Boolean);
}

function membersItems(me, { connection, open: openView }) {
  return [
    { word: words.yourAccount, run: () => openView('account') },
    mayInvite(me, place.signup) && { word: words.invitePeople, run: () => openView('invitations') },
    isModerator(me) && { word: words.moderation, run: () => openView('moderation') },
    ...alwaysItems({ connection, open: openView }),
  ].filter(Boolean);
}

function alwaysItems({ connection, open: openView }) {
  const isOnline = online(connection);
  return [
    {
      word: isOnline ? words.disconnect : words.connect,
      run: () => (isOnline ? connection.disconnect() : connection.connect()),
    },
    { word: words.keys, run: () => openView('keys') },
    { word: words.signOut, run: () => openView('sign_out') },
  ];
}
