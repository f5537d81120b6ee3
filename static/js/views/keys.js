/** The list of keys. */

import { words } from '../words.js';
import { ask } from './dialog.js';
import { find, part } from './template.js';

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

export function open() {
  const list = find(ask('keys'), 'list');
  list.append(
    ...words.keyList.map(([keys, meaning]) => {
      const item = part('key');
      find(item, 'meaning').textContent = meaning;
      find(item, 'keys').append(
        ...keys.map((key) => {
          const cap = document.createElement('kbd');
          cap.textContent = apple && key === 'Ctrl' ? '⌘' : key;
          return cap;
        }),
      );
      return item;
    }),
  );
}
