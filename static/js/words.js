/** Every word a person reads, in this file and the folder of its name, so that a translator needs no other. */

import { account } from './words/account.js';
import { files } from './words/files.js';
import { moderation } from './words/moderation.js';
import { outside } from './words/outside.js';
import { page } from './words/page.js';
import { people } from './words/people.js';
import { rooms } from './words/rooms.js';
import { talk } from './words/talk.js';
import { times } from './words/times.js';

export const words = {
  product: 'Gust',
  ...outside,
  ...rooms,
  ...talk,
  ...files,
  ...people,
  ...moderation,
  ...account,
  ...page,
  ...times,
};
