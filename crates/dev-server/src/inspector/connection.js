/** JSON-RPC over this server's WebSocket, which comes back by itself. */

/** The first pause before another try, in ms; each following one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export class Connection {
  #token;
  #events;
  #socket = null;
  #attempt = 0;
  #lastId = 0;
  #pending = new Map();

  /** `events`: `opened()`, `lost(attempt, reason)` and `told(method, params)`. */
  constructor(token, events) {
    this.#token = token;
    this.#events = events;
    this.#open();
  }

  /** The answer's result; an `Error` with the server's words where it says no, or where none comes. */
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
    socket.onopen = () => {
      this.#attempt = 0;
      this.#events.opened();
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ reason }) => {
      for (const { reject } of this.#pending.values()) reject(new Error('the connection was lost'));
      this.#pending.clear();
      setTimeout(() => this.#open(), Math.min(FIRST_PAUSE_MS * 2 ** this.#attempt++, LONGEST_PAUSE_MS));
      this.#events.lost(this.#attempt, reason);
    };
  }

  #receive({ id, method, params, result, error }) {
    if (method !== undefined) return this.#events.told(method, params);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(new Error(error.message));
    else pending?.resolve(result);
  }
}
