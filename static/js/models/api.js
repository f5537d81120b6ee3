/** The server's HTTP calls. Each resolves to what was answered, or rejects with a Refusal. */

/**
 * The server said no (its `message` is a sentence for a person, `field` the one field it is about, if it is about
 * one), or could not be reached (`status` 0).
 */
export class Refusal extends Error {
  constructor(status, { code = 'unknown', message = '', field = '', retry = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, field, retry });
  }

  get unreachable() {
    // A proxy whose server is away answers 502 to 504; to the person it is the same.
    return this.status === 0 || (this.status >= 502 && this.status <= 504);
  }
}

const PATIENCE = 15_000; // ms
const LONGER = 60_000; // for a file, which a slow phone sends

async function call(method, path, body) {
  const isForm = body instanceof FormData;
  const request = { method, credentials: 'same-origin', signal: AbortSignal.timeout(isForm ? LONGER : PATIENCE) };
  if (isForm) request.body = body;
  else if (body) Object.assign(request, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  let response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    throw new Refusal(0, { code: 'unreachable', message: error.message });
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  throw new Refusal(response.ok ? 502 : response.status, answer?.error);
}

const get = (path, query = {}) => {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
  return call('GET', asked.size ? `${path}?${asked}` : path);
};
const post = (path, body = {}) => call('POST', path, body);
const put = (path, body) => call('PUT', path, body);
const patch = (path, body) => call('PATCH', path, body);
const upload = (path, file) => {
  const body = new FormData();
  body.append('file', file, 'picture');
  return put(path, body);
};
const remove = (path, body) => call('DELETE', path, body);

export const api = {
  /** What one may know before one is in. */
  place: () => get('/api/place'),

  // --- I ---
  me: () => get('/api/me'),
  /** @param {{name: string, password?: string}} who without a password: a guest */
  enter: (who) => post('/api/session', who),
  signOut: (everywhere = false) => remove(`/api/session${everywhere ? '?all=1' : ''}`),
  sessions: () => get('/api/sessions'),
  endSession: (id) => remove(`/api/sessions/${id}`),
  register: (account) => post('/api/account', account),
  /** @param {{name?: string, password?: string, old_password?: string}} change */
  change: (change) => patch('/api/account', change),
  /** @param {Blob} picture */
  setPicture: (picture) => upload('/api/account/avatar', picture),
  removePicture: () => remove('/api/account/avatar'),
  deleteAccount: (how) => remove('/api/account', how),

  // --- Rooms ---
  rooms: () => get('/api/rooms'),
  makeRoom: (room) => post('/api/rooms', room),
  changeRoom: (id, change) => patch(`/api/rooms/${id}`, change),
  deleteRoom: (id) => remove(`/api/rooms/${id}`),
  direct: (users) => post('/api/rooms/direct', { users }),
  members: (room, query) => get(`/api/rooms/${room}/members`, query),
  bringIn: (room, user) => put(`/api/rooms/${room}/members/${user}`),
  /** @param {boolean} withLinks all links to the room end as well */
  takeOut: (room, user, withLinks = false) => remove(`/api/rooms/${room}/members/${user}${withLinks ? '?links=end' : ''}`),
  /** @param {{before?: number, limit?: number}} position absent: the latest page */
  page: (room, position) => get(`/api/rooms/${room}/messages`, position),
  /** @param {{q: string, before?: number}} query */
  search: (query) => get('/api/search', query),
  message: (id) => get(`/api/messages/${id}`),
  files: (room, query) => get(`/api/rooms/${room}/files`, query),
  removeMessage: (id) => remove(`/api/messages/${id}`),

  // --- People ---
  users: (query) => get('/api/users', query),
  user: (id) => get(`/api/users/${id}`),
  giveRole: (id, role) => put(`/api/users/${id}/role`, { role }),
  ban: (id, how) => post(`/api/users/${id}/ban`, how),
  unban: (id) => remove(`/api/users/${id}/ban`),

  // --- Invitations ---
  /** @param {number} [room] all to this room; absent: one's own */
  invites: (room) => get('/api/invites', { room }),
  invite: (wanted) => post('/api/invites', wanted),
  revoke: (id) => remove(`/api/invites/${id}`),
  invitation: (token) => get(`/api/join/${encodeURIComponent(token)}`),
  accept: (token) => post(`/api/join/${encodeURIComponent(token)}`),

  // --- Order ---
  bans: (query) => get('/api/bans', query),
  actions: (query) => get('/api/actions', query),
  filters: () => get('/api/filters'),
  setFilters: (rules) => put('/api/filters', { rules }),
  bots: () => get('/api/bots'),
  makeBot: (name) => post('/api/bots', { name }),
  newKey: (bot) => post(`/api/bots/${bot}/key`),
  revokeKey: (bot) => remove(`/api/bots/${bot}`),
};
