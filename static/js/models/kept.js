/** What this browser keeps between visits: drafts, choices, and the shelf of the outbox. */

// Storage may be full, or forbidden by the browser. The chat works without it, and only forgets sooner.
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null || value === '') localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As above.
  }
}

export const drafts = {
  of: (room) => read(`gust draft ${room}`) ?? '',
  keep: (room, text) => write(`gust draft ${room}`, text),
};

export const choices = {
  of: (name) => read(`gust choice ${name}`),
  keep: (name, value) => write(`gust choice ${name}`, value),
};

/** Forget all that belongs to a person, when that person leaves for good. */
export function forgetAll() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith('gust ')) localStorage.removeItem(key);
  } catch {
    // As above.
  }
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Unsent messages in IndexedDB, by `msgId`; in memory alone where the browser refuses it. */
export class Shelf {
  #database;

  constructor(name = 'gust') {
    this.#database = this.#open(name).catch(() => null);
  }

  async all() {
    return (await this.#do('readonly', (store) => store.getAll())) ?? [];
  }

  put(entry) {
    return this.#do('readwrite', (store) => store.put(entry));
  }

  remove(msgId) {
    return this.#do('readwrite', (store) => store.delete(msgId));
  }

  #open(name) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('outbox', { keyPath: 'msgId' });
    return settled(request);
  }

  // IndexedDB runs transactions in the order of their making, so a `put` is done before the `remove` after it.
  async #do(mode, act) {
    const database = await this.#database;
    if (!database) return null;
    return settled(act(database.transaction('outbox', mode).objectStore('outbox'))).catch(() => null);
  }
}
