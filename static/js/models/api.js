/** The server's HTTP calls. Each resolves to what was answered, or rejects with a Refusal. */

/** The server said no (its `message` is a sentence for a person), or could not be reached (`status` 0). */
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  get unreachable() {
    // A proxy whose server is away answers 502 to 504; to the person it is the same.
    return this.status === 0 || (this.status >= 502 && this.status <= 504);
  }
}

async function call(method, path, body) {
  const request = { method, credentials: 'same-origin', signal: AbortSignal.timeout(15_000) };
  if (body) Object.assign(request, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  let response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    throw new Refusal(0, 'unreachable', error.message);
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const told = answer?.error ?? {};
  throw new Refusal(response.ok ? 502 : response.status, told.code ?? 'unknown', told.message ?? '');
}

export const api = {
  me: () => call('GET', '/api/me'),
  enter: (name) => call('POST', '/api/session', { name }),
  rename: (name) => call('PATCH', '/api/account', { name }),
  signOut: () => call('DELETE', '/api/session'),
  rooms: () => call('GET', '/api/rooms'),
  makeRoom: (name, topic) => call('POST', '/api/rooms', topic ? { name, topic } : { name }),
  leaveRoom: (room, user) => call('DELETE', `/api/rooms/${room}/members/${user}`),

  /** @param {{before?: number, limit?: number}} position absent: the latest page */
  page(room, position = {}) {
    return call('GET', `/api/rooms/${room}/messages?${new URLSearchParams(position)}`);
  },
};
