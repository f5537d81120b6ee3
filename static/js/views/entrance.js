/** The first visit: a name, and in. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer } from './dialog.js';
import { find, part } from './template.js';

/**
 * @param {HTMLElement} place
 * @param {{returning: boolean, entered: (answer: object) => void}} options `returning`: they were signed out
 */
export function showEntrance(place, { returning, entered }) {
  const entrance = part('entrance');
  if (returning) find(entrance, 'about').textContent = words.signedOut;
  answer(find(entrance, 'form'), async ({ name }) => {
    const session = await api.enter(name.trim());
    entrance.remove();
    entered(session);
  });
  place.replaceChildren(entrance);
  find(entrance, 'field').focus();
}
