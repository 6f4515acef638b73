/** The connection to the server: the key that lets this page in, and the socket. */

/** Where this tab keeps the key. */
const KEY = 'wavecraft.token';
/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * The token, or `null` where nobody gave this tab one. It comes in the fragment of the address, which is never sent to a
 * server, is moved to `sessionStorage`, which only this tab and origin can read, and taken out of the address bar and the
 * history.
 */
export function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get('wc');
  if (given !== null) {
    history.replaceState(history.state, '', location.pathname);
    if (TOKEN.test(given)) sessionStorage.setItem(KEY, given);
  }
  return sessionStorage.getItem(KEY);
}

/** The first pause before another try, in ms; each following one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

/** JSON-RPC over this server's WebSocket, which connects again by itself. */
export class Connection {
  #token;
  #events;
  #socket = null;
  #attempt = 0;
  #lastId = 0;
  #pending = new Map();

  /**
   * `events`: `opened()`, `told(method, params)`, and `lost({code, reason, opened})`, which returns (a promise of) how long to wait
   * until the next try, in ms, or nothing for the ordinary pause. `opened`: it was connected before.
   */
  constructor(token, events) {
    this.#token = token;
    this.#events = events;
    this.#open();
  }

  /** The answer's result; an `Error` with the server's words, and its `code`, where it says no, or where none comes. */
  request(method, params = {}) {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('not connected'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  #open() {
    const socket = new WebSocket(`ws://${location.host}/`, ['wavecraft.v1', `wct.${this.#token}`]);
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      this.#attempt = 0;
      opened = true;
      this.#events.opened();
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = async ({ code, reason }) => {
      for (const { reject } of this.#pending.values()) reject(new Error('the connection was lost'));
      this.#pending.clear();
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#attempt++, LONGEST_PAUSE_MS);
      const longer = await this.#events.lost({ code, reason, opened });
      setTimeout(() => this.#open(), longer ?? pause);
    };
  }

  #receive({ id, method, params, result, error }) {
    if (method !== undefined) return this.#events.told(method, params);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(Object.assign(new Error(error.message), { code: error.code }));
    else pending?.resolve(result);
  }
}
