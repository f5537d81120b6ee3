/** Notifications and a soft sound for what is said while the page is out of sight. */

import { gist } from '../models/gist.js';
import { calls, sounds } from '../models/notify.js';

const TOGETHER = 1_500; // ms between two sounds
const LONGEST = 120; // characters

const shown = new Map(); // one for each room: the newest
let audio = null;
let last = 0;

/**
 * @param {{chat: object, goTo: (id: number) => void}} context
 * @param {{message: object}} told what was said
 */
export function open({ chat, goTo }, { message }) {
  const room = chat.room(message.room);
  if (!room || !document.hidden || !calls(room, message, chat.me.id)) return;
  if (sounds()) chime();
  if (globalThis.Notification?.permission !== 'granted') return;
  const title = room.direct ? message.user.name : `${message.user.name} · ${room.name}`;
  const body = [...gist(message)].slice(0, LONGEST).join('');
  const notification = new Notification(title, {
    body,
    icon: message.user.avatar,
    tag: `room ${room.id}`,
    renotify: true,
    silent: true,
  });
  shown.set(room.id, notification);
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
    goTo(message.id);
  });
}

/** The reader is here again: what called them has done so. */
export function seen() {
  for (const notification of shown.values()) notification.close();
  shown.clear();
}

/** Two soft notes, a fifth apart. */
export function chime() {
  if (Date.now() - last < TOGETHER) return;
  last = Date.now();
  audio ??= new AudioContext();
  for (const [at, pitch] of [[0, 523.25], [0.09, 783.99]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const begin = audio.currentTime + at;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.06, begin + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.5);
  }
}
