/** JSON-RPC over a channel. */

import type { Channel, Lost } from './channel';
import type { Methods, Notifications } from './messages';

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
  #lastId = 0;
  #pending = new Map<number, Pending>();

  constructor(
    readonly channel: Channel,
    readonly events: TransportEvents,
  ) {}

  /** Connects, and goes on trying until `close`. */
  open(): void {
    this.channel.open({
      onOpen: () => this.events.onOpen(),
      onText: (text) => this.#receive(text),
      onClosed: () => this.#fail('the connection was lost'),
      onLost: (attempt, why) => this.events.onLost(attempt, why),
    });
  }

  /** Ends the connection, and every try for another. No event follows. */
  close(): void {
    this.channel.close();
    this.#fail('the connection was closed');
  }

  /** Asks; fails with an `RpcError` where the answer does, and with another error where none comes. */
  request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as Methods[M]['result']), reject });
      if (this.channel.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))) return;
      this.#pending.delete(id);
      reject(new Error(`${method}: not connected`));
    });
  }

  #receive(text: string): void {
    let message: {
      id?: unknown;
      method?: string;
      params?: unknown;
      result?: unknown;
      error?: { code: number; message: string };
    };
    try {
      message = JSON.parse(text);
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
