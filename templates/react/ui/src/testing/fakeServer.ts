/** The other end of the dev WebSocket, for tests: in this process, and as slow or absent as a test wants. */

import { vi } from 'vitest';
import { RpcError, type Methods, type Notifications, type Parameter, type Stats } from '../wavecraft';

type Answers = { [M in keyof Methods]: (params: Methods[M]['params']) => Methods[M]['result'] };

interface Request {
  method: keyof Methods;
  params: unknown;
}

/** One of each kind. */
export function someParameters(): Parameter[] {
  return [
    { id: 'x_gain', name: 'Gain', type: 'float', value: 0, default: 0, min: -60, max: 12, unit: 'dB', group: 'Level' },
    { id: 'x_tone', name: 'Tone', type: 'float', value: 1020, default: 20, min: 20, max: 10020, skew: 2, unit: 'Hz' },
    { id: 'x_shape', name: 'Shape', type: 'enum', value: 1, default: 0, min: 0, max: 2, step: 1, variants: ['Soft', 'Hard', 'Fold'] },
    { id: 'x_bypass', name: 'Bypass', type: 'bool', value: 0, default: 0, min: 0, max: 1, step: 1 },
  ];
}

/** Of a project that plays a file. */
export const someStats: Stats = {
  state: 'live',
  blocks: 10,
  late_blocks: { not_scheduled: 1, too_slow: 2, queue_full: 0, device: 0 },
  xruns: 0,
  processor_load: { average: 0.25 },
  latency: { input_device: 48, input_buffer: 0, pipeline: 240, processor: 96, output_device: 96 },
  devices: { backend: 'virtual', input: null, output: null, sample_rate: 48_000, buffer_frames: 240 },
  source: 'file',
  bypassed: false,
  muted: false,
  guard: { limiting: false, howl_muted: false },
};

class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeServer.current.accept(this);
  }

  send(text: string): void {
    FakeServer.current.receive(this, JSON.parse(text));
  }

  close(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

export class FakeServer {
  static current: FakeServer;
  /** Every connection there was, refused ones too. */
  sockets: FakeSocket[] = [];
  requests: Request[] = [];
  /** Does it accept connections? */
  up = true;
  /** Where it accepts none: does it say so, or is it gone? */
  refuses = false;
  /** Does it answer `setParameter` by itself? */
  answersSets = true;
  parameters = someParameters();
  #unanswered: (() => void)[] = [];
  answers: Partial<Answers> = {
    getAllParameters: () => ({ parameters: this.parameters.map((parameter) => ({ ...parameter })) }),
    getParameter: ({ id }) => ({ id, value: this.parameters.find((p) => p.id === id)?.value ?? NaN }),
    setParameter: () => ({}),
    subscribe: () => ({}),
    getAudioStatus: () => ({ status: null }),
  };

  /** Takes the place of `WebSocket` and `fetch` until `vi.unstubAllGlobals`; and the screen's next picture is now. */
  constructor() {
    FakeServer.current = this;
    vi.stubGlobal('WebSocket', FakeSocket);
    vi.stubGlobal('requestAnimationFrame', (show: () => void) => show());
    vi.stubGlobal('fetch', () => (this.up || this.refuses ? Promise.resolve({}) : Promise.reject(new TypeError())));
  }

  accept(socket: FakeSocket): void {
    this.sockets.push(socket);
    queueMicrotask(() => {
      if (!this.up) return socket.close();
      socket.readyState = FakeSocket.OPEN;
      socket.onopen?.();
    });
  }

  receive(socket: FakeSocket, request: Request & { id: number }): void {
    this.requests.push({ method: request.method, params: request.params });
    const answer = () => {
      const message: { id: number; result?: unknown; error?: unknown } = { id: request.id };
      try {
        const handler = this.answers[request.method] as ((params: unknown) => unknown) | undefined;
        if (handler === undefined) throw new Error('no such method');
        message.result = handler(request.params);
      } catch (error) {
        const code = error instanceof RpcError ? error.code : -32000;
        message.error = { code, message: String(error) };
      }
      if (socket.readyState === FakeSocket.OPEN) this.#say(socket, message);
    };
    if (request.method === 'setParameter' && !this.answersSets) this.#unanswered.push(answer);
    else queueMicrotask(answer);
  }

  /** Answers the oldest `setParameter` that waits. */
  answerSet(): void {
    this.#unanswered.shift()?.();
  }

  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    for (const socket of this.sockets) {
      if (socket.readyState === FakeSocket.OPEN) this.#say(socket, { method, params });
    }
  }

  /** Drops every connection, or closes it with a word. */
  drop(code?: number, reason?: string): void {
    for (const socket of this.sockets) if (socket.readyState === FakeSocket.OPEN) socket.close(code, reason);
  }

  /** What was asked by `method`, in order. */
  asked<M extends keyof Methods>(method: M): Methods[M]['params'][] {
    return this.requests.filter((r) => r.method === method).map((r) => r.params as Methods[M]['params']);
  }

  #say(socket: FakeSocket, message: object): void {
    socket.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }
}
