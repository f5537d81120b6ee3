/** The number of unread messages on the tab's icon. */

const SIZE = 32;
const link = document.querySelector('link[rel="icon"]');
const plain = link.href;

/** @param {number} count 0: the plain icon */
export async function badge(count) {
  if (!count) return set(plain);
  const picture = new Image(SIZE, SIZE);
  picture.src = plain;
  await picture.decode().catch(() => {}); // the number alone, then
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const drawing = canvas.getContext('2d');
  if (picture.naturalWidth) drawing.drawImage(picture, 0, 0, SIZE, SIZE);
  drawing.fillStyle = '#a32d1b';
  drawing.beginPath();
  drawing.roundRect(8, 12, 24, 20, 10);
  drawing.fill();
  drawing.fillStyle = '#fff';
  drawing.font = 'bold 17px system-ui';
  drawing.textAlign = 'center';
  drawing.textBaseline = 'middle';
  drawing.fillText(count > 99 ? '99' : String(count), SIZE / 2 + 4, 23);
  return set(canvas.toDataURL());
}

function set(address) {
  if (link.href !== address) link.href = address;
}
