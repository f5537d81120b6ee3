/** Emoji as this machine can show them: where it has no font for them, by name, rather than as boxes. */

import { emojiTable } from '../models/emoji.js';

let known = null;

/** Whether an emoji is drawn as itself: in colours, or at least unlike a character that nobody has. */
function drawn() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.font = '20px system-ui, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"';
  canvas.textBaseline = 'top';
  const pixels = (text) => {
    canvas.clearRect(0, 0, 40, 40);
    canvas.fillText(text, 0, 0);
    return canvas.getImageData(0, 0, 40, 40).data.join();
  };
  return pixels('\u{1f600}') !== pixels('\u{1f6f8}') && pixels('\u{1f600}') !== pixels('\u{10fffd}');
}

export const hasEmoji = () => (known ??= drawn());

/** Put an emoji into an element, or its `:name:`. */
export function show(element, emoji) {
  element.textContent = emoji;
  if (hasEmoji()) return;
  emojiTable()
    .then(({ name }) => name(emoji) && (element.textContent = `:${name(emoji)}:`))
    .catch(() => {}); // the box stays
}
