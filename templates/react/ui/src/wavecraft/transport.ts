/** JSON-RPC over a WebSocket that comes back by itself. */

import type { Address } from './address';
import type { Methods, Notifications } from './messages';

/** The first pause before another try, in ms; each following one is twice as long. */
const FIRST_PAUSE_MS = 250;
/** The longest pause: the server counts failed handshakes, and a person waits no longer. */
const LONGEST_PAUSE_MS = 5000;

/** An answer that says no: `code` is JSON-RPC's. */
export class RpcError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
    this.name = 'RpcError';
  }
}

export interface TransportEvents {
  /** Open: what was asked and subscribed before is forgotten by the other side. */
  onOpen(): void;
  /** Not open; the next try is the `attempt`th since the connection was lost. */
  onLost(attempt: number): void;
  onNotification<N extends keyof Notifications>(method: N, params: Notifications[N]): void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Transport {
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #lastId = 0;
  #pending = new Map<number, Pending>();

  constructor(
    readonly address: Address,
    readonly events: TransportEvents,
  ) {}

  /** Connects, and goes on trying until `close`. */
  open(): void {
    const socket = new WebSocket(this.address.url, this.address.protocols);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempt = 0;
      this.events.onOpen();
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => {
      this.#fail('the connection was lost');
      this.#attempt += 1;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#attempt - 1), LONGEST_PAUSE_MS);
      this.#retry = setTimeout(() => this.open(), pause);
      this.events.onLost(this.#attempt);
    };
  }

  /** Ends the connection, and every try for another. No event follows. */
  close(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#fail('the connection was closed');
  }

  /** Asks; fails with an `RpcError` where the answer does, and with another error where none comes. */
  request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error(`${method}: not connected`));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as Methods[M]['result']), reject });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  #receive(text: unknown): void {
    let message: {
      id?: unknown;
      method?: string;
      params?: unknown;
      result?: unknown;
      error?: { code: number; message: string };
    };
    try {
      message = JSON.parse(String(text));
    } catch {
      return;
    }
    if (typeof message.method === 'string') {
      // Names that this page doesn't know are ignored by whoever listens.
      this.events.onNotification(message.method as keyof Notifications, message.params as never);
      return;
    }
    const pending = typeof message.id === 'number' ? this.#pending.get(message.id) : undefined;
    if (pending === undefined) return;
    this.#pending.delete(message.id as number);
    if (message.error) pending.reject(new RpcError(message.error.message, message.error.code));
    else pending.resolve(message.result);
  }

  #fail(reason: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new Error(reason));
  }
}
