/** The page of an invitation: by whom, to what, and the ways to accept it. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer } from './dialog.js';
import { Door } from './entrance.js';
import { find, part, place } from './template.js';

/** @param {{token: string, entered: (session: object) => void}} told the invitation's token */
export async function show(hall, { token, entered }) {
  let invitation;
  try {
    invitation = await api.invitation(token);
  } catch (refusal) {
    return showEnded(hall, refusal);
  }
  // As the server saw when it gave the page: a stranger need not ask who they are.
  const me = place.session ? await api.me().catch(() => null) : null;
  const accept = async () => entered(await api.accept(token));
  if (me) showAccept(hall, invitation, me.user, accept);
  else if (invitation.account) showAccept(hall, invitation, invitation, accept);
  else showDoor(hall, invitation, { token, accept, entered });
  return null;
}

function showEnded(hall, refusal) {
  const ended = part('invitation-ended');
  find(ended, 'text').textContent = refusal.status === 404 ? words.invitationEndedText : words.refusal(refusal);
  hall.replaceChildren(ended);
}

function introduce(root, { by, room, role }) {
  find(root, 'title').textContent = role === 'admin' ? words.invitedAsAdmin : words.invited(by?.name, room?.name);
}

/** Somebody is signed in already: they accept as who they are. */
function showAccept(hall, invitation, me, accept) {
  const accepting = part('accept');
  introduce(accepting, invitation);
  find(accepting, 'act').textContent = words.acceptAs(me.name);
  answer(find(accepting, 'form'), accept);
  hall.replaceChildren(accepting);
  find(accepting, 'act').focus();
}

function showDoor(hall, invitation, { token, accept, entered }) {
  const door = part('entrance');
  const admin = invitation.role === 'admin';
  // An admin needs an account; where guests are welcome, others need none.
  const ways = [!admin && place.guests && 'guest', 'register', 'signIn'].filter(Boolean);
  door.classList.add('invited');
  hall.replaceChildren(door);
  // A new account accepts by itself, by the token that let it be made.
  const after = (session, way) => (way === 'register' ? entered(session) : accept());
  const { name } = invitation;
  new Door(door, { ways, entered: after, invite: token, name }).open();
  introduce(door, invitation);
}
