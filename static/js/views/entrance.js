/** Outside: who one is here. A guest's name, an account's name and password, or a new account. */

import { api } from '../models/api.js';
import { words } from '../words.js';
import { answer, complain } from './dialog.js';
import { find, part, place } from './template.js';

/**
 * The ways in. `call` answers with a session.
 * @type {Record<string, {title: string, act: string, hint: string, password: string, call: Function}>}
 */
const WAYS = {
  guest: { title: 'about', act: 'comeIn', hint: 'nameHint', password: '', call: ({ name }) => api.enter({ name }) },
  signIn: {
    title: 'signInAbout',
    act: 'signIn',
    hint: '',
    password: 'current-password',
    call: ({ name, password }) => api.enter({ name, password }),
  },
  register: {
    title: 'registerAbout',
    act: 'register',
    hint: 'accountNameHint',
    password: 'new-password',
    call: (account) => api.register(account),
  },
};

/**
 * @param {HTMLElement} hall
 * @param {{why?: 'left' | 'ended' | 'banned', said?: string | Promise<string>, entered: (session: object) => void}} told why one is
 *   outside, and what the server said of it
 */
export function show(hall, { why, said = '', entered }) {
  if (why === 'banned') return showBanned(hall, entered, said);
  const entrance = part('entrance');
  const ways = [place.guests && 'guest', 'signIn', place.signup === 'open' && 'register'];
  const door = new Door(entrance, { ways: ways.filter(Boolean), entered: (session) => entered(session) });
  hall.replaceChildren(entrance);
  door.open(undefined, why === 'ended' ? words.signedOut : '');
  find(entrance, 'uninvited').hidden = place.signup !== 'invite' || place.guests;
  return null;
}

function showBanned(hall, entered, said) {
  const banned = part('banned');
  find(banned, 'act').addEventListener('click', () => show(hall, { entered }));
  hall.replaceChildren(banned);
  find(banned, 'act').focus();
  Promise.resolve(said).then((reason) => (find(banned, 'reason').textContent = reason));
}

/** One form for all ways in, so that a name once typed stays. */
export class Door {
  #root;
  #form;
  #ways;
  #way = '';
  #invite;
  #name;

  /**
   * @param {{ways: string[], entered: Function, invite?: string, name?: string}} options `ways`: the first one is
   *   offered first; `invite`: the token that lets one register; `name`: the one that the account must have
   */
  constructor(root, { ways, entered, invite, name }) {
    this.#root = root;
    this.#form = find(root, 'form');
    this.#ways = ways;
    this.#invite = invite;
    this.#name = name;
    find(root, 'ways').addEventListener('click', ({ target }) => {
      const { way } = target.closest('button')?.dataset ?? {};
      if (way) this.open(way);
    });
    answer(this.#form, async (values) => {
      const session = await WAYS[this.#way].call(this.#answers(values)).catch((refusal) => this.#refused(refusal));
      await entered(session, this.#way);
    });
  }

  /** @param {string} said in place of what this way in is about */
  open(way = this.#ways[0], said = '') {
    const { title, act, hint, password } = WAYS[way];
    this.#way = way;
    complain(this.#form);
    find(this.#root, 'about').textContent = said || words[title];
    find(this.#root, 'act').textContent = words[act];
    find(this.#root, 'hint').textContent = hint ? words[hint] : '';
    this.#ask(password);
    const others = this.#ways.filter((other) => other !== way);
    find(this.#root, 'ways').replaceChildren(...others.map(choice));
    const { name } = this.#form.elements;
    if (this.#name) name.value = this.#name;
    (name.value ? this.#form.elements.password : name).focus();
  }

  // Which of the two is wrong isn't told: it is the password that one tries again.
  #refused(refusal) {
    if (this.#way === 'signIn') refusal.field ||= 'password';
    throw refusal;
  }

  #ask(password) {
    const { name, password: field } = this.#form.elements;
    find(this.#root, 'secret').hidden = !password;
    field.disabled = !password;
    field.autocomplete = password || 'off';
    find(this.#root, 'password-hint').hidden = password !== 'new-password';
    if (password === 'new-password') field.minLength = place.password;
    else field.removeAttribute('minlength');
    name.autocomplete = password ? 'username' : 'off';
  }

  #answers({ name, password }) {
    const answers = { name: name.trim() };
    if (this.#way !== 'guest') answers.password = password;
    if (this.#way === 'register' && this.#invite) answers.invite = this.#invite;
    return answers;
  }
}

function choice(way) {
  const button = part('way');
  button.dataset.way = way;
  button.textContent = words.ways[way];
  return button;
}
