/** A plugin that shows the page, for tests. */

import type { Methods, Notifications } from '../wavecraft';
import type { PluginWindow } from '../wavecraft/plugin';
import { someParameters } from './fakeServer';

export class FakePlugin implements PluginWindow {
  receive: PluginWindow['receive'] = null;
  requests: { method: string; params: unknown }[] = [];
  parameters = someParameters();
  answers: { [method: string]: (params: never) => unknown } = {
    getAllParameters: () => ({ parameters: this.parameters.map((parameter) => ({ ...parameter })) }),
    setParameter: () => ({}),
    endGesture: () => ({}),
  };

  send(text: string): void {
    const { id, method, params } = JSON.parse(text);
    this.requests.push({ method, params });
    const answer = this.answers[method];
    const message = answer
      ? { id, result: answer(params as never) }
      : { id, error: { code: -32601, message: `there is no method \`${method}\`` } };
    queueMicrotask(() => this.#say(message));
  }

  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    this.#say({ method, params });
  }

  /** What was asked by one of the methods, in order. */
  asked(...methods: (keyof Methods)[]): { method: string; params: unknown }[] {
    return this.requests.filter(({ method }) => (methods as string[]).includes(method));
  }

  #say(message: object): void {
    this.receive?.(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }
}
