/** Before one is in: the entrance, and invitations to it. */

import { isolated } from './sentences.js';
import { times } from './times.js';

export const outside = {
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
  yourInvites: 'Your links that still work',
  roomInvites: 'Links to this room that still work',
  noInvites: 'There are none.',
  inviteToRoom: (room) => `To ${isolated(room)}`,
  inviteToPlace: 'To this place',
  inviteState: ({ used, uses, expires }, by) =>
    [`${used} of ${uses} used`, `until ${times.date(expires)}`, by && `by ${isolated(by)}`]
      .filter(Boolean)
      .join(' · '),
  revoke: 'Revoke',
  invited: (by, room) =>
    by
      ? `${isolated(by)} invites you to ${room ? isolated(room) : 'Gust'}`
      : `You are invited to ${room ? isolated(room) : 'Gust'}`,
  invitedAsAdmin: 'This link makes you the admin of this place',
  invitedOwner: 'This link lets you in without your password',
  invitedOwnerHint: 'Once in, you can choose a new password under “Your account”: leave “Password until now” empty.',
  invitedNoGuest: (name) => `It is for the owner of the account ${isolated(name)} alone.`,
  invitedOther: (name, me) => `It is for ${isolated(name)} alone, and you are here as ${isolated(me)}.`,
  signOutAndGoOn: 'Sign out and go on',
  acceptAs: (name) => `Accept as ${isolated(name)}`,
  notNow: 'Not now',
  invitationEnded: 'This invitation does not work any more',
  invitationEndedText: 'It has ended, was used up or was revoked. Ask for a new one.',
  toEntrance: 'Go to the entrance',
};
