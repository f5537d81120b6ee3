/**
 * Who may do what, as far as the page offers it. The server decides (models/policy.py); what it would refuse is
 * better not shown.
 */

const RANK = { guest: 0, bot: 0, member: 1, moderator: 2, admin: 3 };

export const isModerator = ({ role }) => RANK[role] >= RANK.moderator;
export const isAdmin = ({ role }) => role === 'admin';
export const hasAccount = ({ role }) => RANK[role] >= RANK.member;

export const looksAfter = (me, room) => isModerator(me) || room.maker === me.id;

export function mayRemove(me, message, room) {
  return message.user.id === me.id || (!room.direct && looksAfter(me, room));
}

/** @param {number} lobby its id */
export function maySettle(me, room, lobby) {
  if (room.direct) return false;
  return room.id === lobby ? isModerator(me) : looksAfter(me, room);
}

export const mayDelete = (me, room, lobby) => room.id !== lobby && maySettle(me, room, lobby);

export const mayLeave = (room, lobby) => !room.direct && room.id !== lobby;

export const mayBringIn = (room, lobby) => !room.direct && room.id !== lobby;

export function mayTakeOut(me, user, room, lobby) {
  return mayLeave(room, lobby) && user.id !== me.id && looksAfter(me, room);
}

export function mayHandOver(me, user, room, lobby) {
  return mayTakeOut(me, user, room, lobby) && user.id !== room.maker && user.role !== 'bot';
}

/** Moderators ban guests and members, admins all but each other. */
export function mayBan(me, user) {
  return isModerator(me) && user.id !== me.id && RANK[user.role] < RANK[me.role];
}

export const mayGiveRole = (me, user) => isAdmin(me) && hasAccount(user);

/** @param {'open' | 'invite' | 'off'} signup */
export const mayInvite = (me, signup) => (signup === 'off' ? isAdmin(me) : hasAccount(me));
