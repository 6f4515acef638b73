/** JSON-RPC over a WebSocket that comes back by itself. */

import type { Address } from './address';
import type { Methods, Notifications } from './messages';

/** The first pause before another try, in ms; each following one is twice as long. */
const FIRST_PAUSE_MS = 250;
/** The longest pause: the server counts failed handshakes, and a person waits no longer. */
const LONGEST_PAUSE_MS = 5000;

/** A WebSocket's close code: the other side leaves. */
const GOING_AWAY = 1001;
/** The pause where the key was refused: no other one comes by itself, but a full server may have room again. */
const REFUSED_PAUSE_MS = 30_000;
/** So long a server that is there may take to say so. */
const ANSWER_MS = 2000;
/** So many refusals in a row are one of the key: a server that begins may answer before it knows the project. */
const REFUSALS = 2;

/**
 * Why a connection was lost, where that is known: `wavecraft start` has `ended`, and its key with it; the `companion`
 * was, and comes back; or the server has `refused` the key, which is of an earlier start.
 */
export type Lost = 'ended' | 'companion' | 'refused';

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
  /** Not open; the next try is the `attempt`th since the connection was lost. There is none after `ended`. */
  onLost(attempt: number, why?: Lost): void;
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
  #refusals = 0;
  #lost: Lost | undefined;
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
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#attempt = this.#refusals = 0;
      this.#lost = undefined;
      this.events.onOpen();
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = async ({ code, reason }) => {
      this.#fail('the connection was lost');
      if (code === GOING_AWAY && (reason === 'ended' || reason === 'companion')) this.#lost = reason;
      // A page isn't told why it isn't let in; but the server answers, while one that is gone doesn't.
      if (!opened && (await this.#answers())) this.#refusals += 1;
      else this.#refusals = 0;
      if (this.#socket !== socket) return;
      if (this.#refusals >= REFUSALS) this.#lost = 'refused';
      this.#attempt += 1;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#attempt - 1), LONGEST_PAUSE_MS);
      if (this.#lost !== 'ended') {
        this.#retry = setTimeout(() => this.open(), this.#lost === 'refused' ? REFUSED_PAUSE_MS : pause);
      }
      this.events.onLost(this.#attempt, this.#lost);
    };
  }

  /** Does the server answer? It lets this project's page know that, and no other. */
  #answers(): Promise<boolean> {
    const { host } = new URL(this.address.url);
    return fetch(`http://${host}/`, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) }).then(
      () => true,
      () => false,
    );
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
