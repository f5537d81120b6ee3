/** The files of a message: pictures, players, and cards for all else. Their sizes are known before they load. */

import { words } from '../words.js';
import { find, part } from './template.js';

const WIDEST = 352; // px
const TALLEST = 288;
const PICTURE = /^image\/(jpeg|png|gif|webp|avif)$/;
const PLAYED = /^(audio|video)\/(aac|flac|mp4|mpeg|ogg|wav|webm|quicktime)$/;

/** Show a message's files below its text. */
export function show(element, { files, deleted }) {
  let place = find(element, 'files');
  if (!files?.length || deleted) return place?.remove();
  const version = files.map(({ id }) => id).join();
  if (place?.dataset.shown === version) return place;
  if (!place) find(element, 'text').after((place = part('files')));
  place.dataset.shown = version;
  place.replaceChildren(...files.map(build));
  return place;
}

/** One file, shown as what it is. */
export function build(file) {
  if (PICTURE.test(file.type) && file.width) return picture(file);
  const [, kind] = PLAYED.exec(file.type) ?? [];
  return kind ? player(kind, file) : card(file);
}

function picture(file) {
  const element = part('picture');
  const scale = Math.min(1, WIDEST / file.width, TALLEST / file.height);
  const image = find(element, 'image');
  image.width = Math.max(1, Math.round(file.width * scale));
  image.height = Math.max(1, Math.round(file.height * scale));
  image.alt = file.name;
  image.src = file.thumbnail ?? file.url;
  image.addEventListener('error', () => element.replaceWith(card(file)), { once: true });
  element.href = file.url;
  element.dataset.name = file.name;
  element.dataset.size = `${file.width} ${file.height}`;
  element.setAttribute('aria-label', words.showPicture(file.name));
  return element;
}

function player(kind, file) {
  const element = part(`${kind}-player`);
  const media = find(element, 'media');
  media.src = file.url;
  media.setAttribute('aria-label', file.name);
  find(element, 'caption').replaceWith(card(file));
  return element;
}

/** A file that is only downloaded. */
export function card(file) {
  const element = part('file-card');
  element.href = `${file.url}?download=1`;
  element.download = file.name;
  find(element, 'name').textContent = file.name;
  find(element, 'about').textContent = words.fileAbout(file);
  return element;
}
