/** What hands do anywhere on the page: the keys that hold everywhere, and links that lead to a place in it. */

const MESSAGE = /^\/messages\/(\d+)$/;

/** @param {{open: Function, goTo: Function}} context @param {() => boolean} isIn whether somebody is in */
export function listen({ open, goTo }, isIn, signal) {
  document.addEventListener('keydown', (event) => isIn() && key(event, open), { signal });
  document.addEventListener('click', (event) => press(event, { open, goTo }), { signal });
}

function key(event, open) {
  const field = event.target.closest('input, textarea, select');
  if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    open('switcher');
  } else if (event.key === '?' && !field) open('keys');
  else if (event.key === '/' && !field) {
    event.preventDefault();
    open('search');
  }
}

function press(event, { open, goTo }) {
  const { target } = event;
  // With a key held, or another button, a link is the browser's.
  const plainly = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button;
  const link = target.closest('a[href]');
  const [, message] = MESSAGE.exec((link?.origin === location.origin && link.pathname) || '') ?? [];
  const picture = target.closest('a.picture');
  if (plainly && (message || picture)) {
    event.preventDefault();
    if (message) goTo(Number(message));
    else open('lightbox', { from: picture });
    return;
  }
  const person = target.closest('[data-user]');
  if (person) open('card', { id: Number(person.dataset.user) });
}
