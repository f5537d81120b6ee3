/** The files of a room, the newest first: pictures as pictures, players, and the others as cards. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { ask } from './dialog.js';
import { build } from './files.js';
import { find } from './template.js';

/** @param {{room: {id: number, name: string}}} told */
export async function open(context, { room }) {
  const dialog = ask('gallery');
  find(dialog, 'title').textContent = words.filesOf(room);
  const more = find(dialog, 'more');
  let last;
  async function load() {
    more.hidden = true;
    const said = find(dialog, 'said');
    said.textContent = words.loadingFiles;
    try {
      const page = await api.files(room.id, { before: last });
      for (const { file } of page.files) place(dialog, file);
      last = page.files.at(-1)?.file.id ?? last;
      said.textContent = last ? '' : words.noFiles;
      more.hidden = !page.more;
    } catch (refusal) {
      said.textContent = words.refusal(refusal);
      more.hidden = false;
    }
  }
  more.addEventListener('click', load);
  await load();
}

function place(dialog, file) {
  const shown = build(file);
  const kind = shown.matches('.picture') ? 'pictures' : shown.matches('.player') ? 'players' : 'files';
  find(dialog, kind).append(shown);
}
