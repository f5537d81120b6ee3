/**
 * Files on their way to a room, until a message takes them along: a few at a time, again after a network failure.
 *
 * Fires `changed` with the room's id as `detail`.
 */

const AT_ONCE = 3;
const TRIES = 4;
const PAUSE = 1_500; // ms before the second try, then twice as long each time

/**
 * @typedef {{room: number, source: File, state: 'waiting' | 'sending' | 'done' | 'failed', sent: number,
 *   tries: number, file?: object, reason?: string, final?: boolean, request?: XMLHttpRequest, timer?: number}} Upload
 *   `sent` from 0 to 1; `file` as the server describes it; `final`: trying again would not help
 */

export class Uploads extends EventTarget {
  /** @type {Upload[]} in the order of choosing */
  #all = [];
  #request;
  #pause;

  /** @param {() => XMLHttpRequest} request for it tells how far it is, which fetch doesn't */
  constructor(request = () => new XMLHttpRequest(), pause = PAUSE) {
    super();
    this.#request = request;
    this.#pause = pause;
  }

  of(room) {
    return this.#all.filter((upload) => upload.room === room);
  }

  /** @param {string} [reason] why it is not sent at all */
  add(room, source, reason) {
    const upload = { room, source, state: reason ? 'failed' : 'waiting', sent: 0, tries: 0, reason, final: Boolean(reason) };
    this.#all.push(upload);
    this.#changed(upload);
    this.#next();
  }

  /** Whether some would be lost with this page: those that wait, go up, or are there and in no message yet. */
  get held() {
    return this.#all.some(({ final }) => !final);
  }

  /** Whether a message can be sent now, with what is there. */
  ready(room) {
    return this.of(room).every(({ state }) => state === 'done');
  }

  /** Give the files that are there, and forget them: they belong to a message now. */
  take(room) {
    const files = this.of(room).map(({ file }) => file);
    this.#all = this.#all.filter((upload) => upload.room !== room);
    this.dispatchEvent(new CustomEvent('changed', { detail: room }));
    return files;
  }

  cancel(upload) {
    clearTimeout(upload.timer);
    this.#all = this.#all.filter((each) => each !== upload);
    upload.request?.abort();
    // What nobody names is forgotten after a day anyway.
    if (upload.file) fetch(`/api/files/${upload.file.id}`, { method: 'DELETE' }).catch(() => {});
    this.#changed(upload);
    this.#next();
  }

  retry(upload) {
    Object.assign(upload, { state: 'waiting', tries: 0, sent: 0, reason: undefined, final: false });
    this.#changed(upload);
    this.#next();
  }

  #next() {
    let free = AT_ONCE - this.#all.filter(({ state }) => state === 'sending').length;
    for (const upload of this.#all) {
      if (free > 0 && upload.state === 'waiting' && !upload.timer) {
        free -= 1;
        this.#send(upload);
      }
    }
  }

  #send(upload) {
    const request = this.#request();
    const body = new FormData();
    body.append('file', upload.source, upload.source.name);
    Object.assign(upload, { state: 'sending', tries: upload.tries + 1, request });
    request.open('POST', `/api/rooms/${upload.room}/files`);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => {
      upload.sent = total ? loaded / total : 0;
      this.#changed(upload);
    };
    request.onload = () => this.#answered(upload, request);
    request.onerror = () => this.#failed(upload, {});
    request.send(body);
    this.#changed(upload);
  }

  #answered(upload, { status, response }) {
    if (status === 201 && response) {
      Object.assign(upload, { state: 'done', sent: 1, file: response, request: undefined });
      this.#changed(upload);
      this.#next();
    } else this.#failed(upload, response?.error ?? {}, status);
  }

  // The network, or a server that is busy or restarts: that passes. A refusal doesn't.
  #failed(upload, { message, retry }, status = 0) {
    const passes = status === 0 || status === 429 || (status >= 502 && status <= 504);
    upload.request = undefined;
    upload.sent = 0;
    if (passes && upload.tries < TRIES) {
      upload.state = 'waiting';
      upload.timer = setTimeout(() => {
        upload.timer = 0;
        this.#next();
      }, retry ?? this.#pause * 2 ** (upload.tries - 1));
    } else Object.assign(upload, { state: 'failed', reason: message, final: status >= 400 && status < 500 });
    this.#changed(upload);
    this.#next();
  }

  #changed(upload) {
    this.dispatchEvent(new CustomEvent('changed', { detail: upload.room }));
  }
}
