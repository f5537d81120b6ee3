/**
 * The socket, and its coming back.
 *
 * States: `idle`, `connecting`, `connected` (the server has said `welcome`), `updating` (the server said that it
 * ends, and another one is most likely there already), `reconnecting` (at `retryAt`),
 * `offline` (the same, while the browser says that there is no network), `disconnected` (by the person),
 * `signed_out` and `banned` (by the server, for good).
 *
 * Fires `state`, `event` with each thing the server says as `detail`, and `unheard` when an attempt after the first
 * ended without a word: the server is away, or refuses us, which a browser doesn't tell apart.
 */

const SHORTEST = 500;
const LONGEST = 20_000;
const QUIET = 20_000; // without a word from the server, we ask whether it is still there
const PATIENCE = 10_000;
const OPENING = 15_000;
const STABLE = 5_000;
const UPDATE = 10_000; // as long as an update may take; after that the server is away
const SOON = [250, 600]; // not at once: the answer to what closed the socket may bring another cookie

const CLOSED = { restart: 1001, signedOut: 4001, banned: 4003, slow: 4008, crowded: 4029 };

/** A random wait in ms, its ceiling doubling with each attempt, so that a thousand pages don't return at once. */
export function backOff(attempt, random = Math.random) {
  const ceiling = Math.min(LONGEST, 2 * SHORTEST * 2 ** attempt);
  return SHORTEST + random() * (ceiling - SHORTEST);
}

export class Connection extends EventTarget {
  state = 'idle';
  retryAt = 0;

  #address;
  #online;
  #socket = null;
  #attempt = 0;
  #timer = 0;
  #watch = 0;
  #heard = 0;
  #welcomed = 0;
  #phase = 'idle'; // the state, whatever it is called
  #updating = 0; // the timer of an update

  /**
   * @param {() => string} address asked anew for each attempt: it tells what we have by then
   * @param {() => boolean} online what the browser believes of its network; used for the name of the state only,
   *   since a server on this machine can be reached without one
   */
  constructor(address, online = () => true) {
    super();
    this.#address = address;
    this.#online = online;
  }

  connect() {
    if (this.#socket) return;
    this.#attempt = 0;
    this.#open();
  }

  /** By the person's wish: no coming back until `connect`. */
  disconnect() {
    this.#abandon();
    this.#become('disconnected');
  }

  /** Forget it all, as before the first `connect`. */
  end() {
    this.#abandon();
    this.#become('idle');
  }

  /** @returns {boolean} whether it went on its way; nothing is kept for later here, see the outbox */
  send(event) {
    if (this.state !== 'connected' || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(event));
    return true;
  }

  /** The network or the tab came back, or the network went: find out now rather than at the next turn. */
  wake() {
    if (this.state === 'connected') this.#probe(PATIENCE / 2);
    else if (this.#phase === 'reconnecting' || this.#phase === 'offline') this.#open();
  }

  #open() {
    this.#abandon();
    this.#become('connecting');
    const socket = new WebSocket(this.#address());
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(), OPENING);
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #hear(event) {
    this.#heard = Date.now();
    if (event.type === 'welcome') {
      clearTimeout(this.#timer);
      this.#welcomed = Date.now();
      this.#watch = setInterval(() => this.#listen(), QUIET);
      this.#become('connected');
    }
    this.dispatchEvent(new CustomEvent('event', { detail: event }));
  }

  // A browser doesn't say when the other end is gone without a word (a laptop that slept, a lost Wi-Fi).
  #listen() {
    if (Date.now() - this.#heard >= QUIET) this.#probe(PATIENCE);
  }

  #probe(patience) {
    const asked = Date.now();
    this.send({ type: 'ping' });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#heard < asked) this.#lost();
    }, patience);
  }

  #lost(code) {
    const lasted = this.#welcomed ? Date.now() - this.#welcomed : 0;
    this.#abandon();
    if (code === CLOSED.signedOut) return this.#become('signed_out');
    if (code === CLOSED.banned) return this.#become('banned');
    if (!lasted && this.#attempt) this.dispatchEvent(new Event('unheard'));
    // A connection that is cut at once, again and again, must not bring this page back without a wait.
    if (lasted > STABLE) this.#attempt = 0;
    if (code === CLOSED.slow && lasted > STABLE) return this.#open();
    if (code === CLOSED.crowded) this.#attempt = Math.max(this.#attempt, 5);
    let wait = backOff(this.#attempt);
    if (code === CLOSED.restart) {
      if (!this.#updating && lasted) wait = SOON[0] + Math.random() * (SOON[1] - SOON[0]);
      this.#update();
    }
    this.#attempt += 1;
    this.retryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.#open(), wait);
    return this.#become(this.#online() ? 'reconnecting' : 'offline');
  }

  #update() {
    this.#updating ||= setTimeout(() => {
      this.#updating = 0;
      this.#become(this.#phase);
    }, UPDATE);
  }

  #abandon() {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#welcomed = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #become(state) {
    this.#phase = state;
    const coming = state === 'connecting' || state === 'reconnecting';
    if (!coming) {
      clearTimeout(this.#updating);
      this.#updating = 0;
    }
    this.state = coming && this.#updating ? 'updating' : state;
    this.dispatchEvent(new Event('state'));
  }
}
