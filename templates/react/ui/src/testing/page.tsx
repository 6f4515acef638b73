import { act, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { Client, ClientContext } from '../wavecraft';

/** Renders `children` with a client that is connected to the current `FakeServer`. */
export async function renderConnected(children: ReactNode): Promise<Client> {
  const client = new Client();
  client.connect({ url: 'ws://test/', protocols: [] });
  render(<ClientContext value={client}>{children}</ClientContext>);
  await settled();
  return client;
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  await act(async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  });
}

/** What jsdom lacks of a browser, until the test is over. */
export function stubBrowser(): void {
  vi.stubGlobal('ResizeObserver', class {
    observe() {}
    disconnect() {}
  });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  // jsdom draws nothing.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
}
