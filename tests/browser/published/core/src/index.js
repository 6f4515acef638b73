/**
 * What a page needs of a client that is packed: the same way to its address as the published one has, and no other. Its build
 * replaces the variable, so that the address is a constant in `dist`.
 */

const address = import.meta.env.VITE_WS_URL || 'ws://127.0.0.1:9000';

export class Client {
  #last = 0;
  #waiting = new Map();
  onstate = () => {};
  onnotification = () => {};

  constructor() {
    this.#connect();
  }

  call(method, params) {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  #connect() {
    this.socket = new WebSocket(address);
    this.socket.onopen = () => this.onstate('Connected');
    this.socket.onclose = () => {
      this.onstate('Connecting…');
      setTimeout(() => this.#connect(), 500);
    };
    this.socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.method) return this.onnotification(message);
      const { resolve, reject } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    };
  }
}
