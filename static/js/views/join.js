/** The page of an invitation: by whom, to what, and the ways to accept it. */

import { api } from '../models/api.js';
import { hasAccount } from '../models/may.js';
import { words } from '../words.js';
import { answer } from './dialog.js';
import { Door } from './entrance.js';
import { find, part, place } from './template.js';

/**
 * @param {{token: string, entered: (session: object) => void, stranger?: boolean}} told the invitation's token;
 *   `stranger`: nobody is signed in, as far as the page knows
 */
export async function show(hall, { token, entered, stranger = !place.session }) {
  let invitation;
  try {
    invitation = await api.invitation(token);
  } catch (refusal) {
    return showEnded(hall, refusal);
  }
  // A stranger need not ask who they are.
  const me = stranger ? null : await api.me().catch(() => null);
  const accept = async () => entered(await api.accept(token));
  const door = { token, accept, entered };
  if (!me && invitation.account) showAccept(hall, invitation, invitation, accept);
  else if (!me) showDoor(hall, invitation, door);
  else if (isForAnother(invitation, me.user)) showOther(hall, invitation, me.user, () => show(hall, { token, entered, stranger: true }));
  else if (invitation.role === 'admin' && !hasAccount(me.user)) showDoor(hall, invitation, door, me.user.name);
  else showAccept(hall, invitation, me.user, accept);
  return null;
}

function showEnded(hall, refusal) {
  const ended = part('invitation-ended');
  find(ended, 'text').textContent = refusal.status === 404 ? words.invitationEndedText : words.refusal(refusal);
  hall.replaceChildren(ended);
}

function introduce(root, { by, room, role, account }) {
  const otherwise = account ? words.invitedOwner : words.invited(by?.name, room?.name);
  find(root, 'title').textContent = role === 'admin' ? words.invitedAsAdmin : otherwise;
}

/** Somebody is signed in already, or owns the account that it is for: they accept as who they are. */
function showAccept(hall, invitation, me, accept) {
  const accepting = part('accept');
  introduce(accepting, invitation);
  find(accepting, 'text').textContent = invitation.account ? words.invitedOwnerHint : '';
  find(accepting, 'act').textContent = words.acceptAs(me.name);
  answer(find(accepting, 'form'), accept);
  hall.replaceChildren(accepting);
  find(accepting, 'act').focus();
}

const isNamed = ({ name }, me) => !name || name.toLocaleLowerCase() === me.name.toLocaleLowerCase();

// A guest may have the name of an account that was made, or got it, meanwhile.
const isForAnother = (invitation, me) => !isNamed(invitation, me) || (invitation.account && !hasAccount(me));

/** Somebody else is signed in here: the way on leads out, and back to this page. */
function showOther(hall, invitation, me, again) {
  const accepting = part('accept');
  introduce(accepting, invitation);
  const lost = hasAccount(me) ? [] : [words.guestSignOutHint];
  const whose = isNamed(invitation, me) ? words.invitedNoGuest(me.name) : words.invitedOther(invitation.name, me.name);
  find(accepting, 'text').textContent = [whose, ...lost].join(' ');
  find(accepting, 'act').textContent = words.signOutAndGoOn;
  answer(find(accepting, 'form'), async () => {
    await api.signOut();
    await again();
  });
  hall.replaceChildren(accepting);
  find(accepting, 'act').focus();
}

/** @param {string} called what a guest, who needs an account for this, is called by now */
function showDoor(hall, invitation, { token, accept, entered }, called = '') {
  const door = part('entrance');
  const admin = invitation.role === 'admin';
  // An admin needs an account; where guests are welcome, others need none.
  const ways = [!admin && place.guests && 'guest', 'register', 'signIn'].filter(Boolean);
  door.classList.add('invited');
  hall.replaceChildren(door);
  find(door, 'field').value = called;
  // A new account accepts by itself, by the token that let it be made.
  const after = (session, way) => (way === 'register' ? entered(session) : accept());
  const { name } = invitation;
  new Door(door, { ways, entered: after, invite: token, name }).open();
  introduce(door, invitation);
}
