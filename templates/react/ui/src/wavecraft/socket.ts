/** The dev WebSocket, which comes back by itself. */

import type { Address } from './address';
import type { Channel, ChannelEvents, Lost } from './channel';

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

export class Socket implements Channel {
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #refusals = 0;
  #lost: Lost | undefined;

  constructor(readonly address: Address) {}

  open(events: ChannelEvents): void {
    const socket = new WebSocket(this.address.url, this.address.protocols);
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#attempt = this.#refusals = 0;
      this.#lost = undefined;
      events.onOpen();
    };
    socket.onmessage = (event) => events.onText(String(event.data));
    socket.onclose = async ({ code, reason }) => {
      events.onClosed();
      if (code === GOING_AWAY && (reason === 'ended' || reason === 'companion')) this.#lost = reason;
      // A page isn't told why it isn't let in; but the server answers, while one that is gone doesn't.
      if (!opened && (await this.#answers())) this.#refusals += 1;
      else this.#refusals = 0;
      if (this.#socket !== socket) return;
      if (this.#refusals >= REFUSALS) this.#lost = 'refused';
      this.#attempt += 1;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#attempt - 1), LONGEST_PAUSE_MS);
      if (this.#lost !== 'ended') {
        this.#retry = setTimeout(() => this.open(events), this.#lost === 'refused' ? REFUSED_PAUSE_MS : pause);
      }
      events.onLost(this.#attempt, this.#lost);
    };
  }

  close(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  send(text: string): boolean {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) return false;
    socket.send(text);
    return true;
  }

  /** Does the server answer? It lets this project's page know that, and no other. */
  #answers(): Promise<boolean> {
    const { host } = new URL(this.address.url);
    return fetch(`http://${host}/`, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) }).then(
      () => true,
      () => false,
    );
  }
}
