import { act } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, stubBrowser } from '../testing/page';
import { useProbe } from './hooks';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  stubBrowser();
});

afterEach(() => vi.unstubAllGlobals());

function Reduction({ processor }: { processor?: string }) {
  const reduction = useProbe('gain_reduction', processor);
  return <output>{reduction === null ? 'none' : `${reduction.last} of ${reduction.least} to ${reduction.greatest}`}</output>;
}

const told = (probes?: object[]) =>
  act(() =>
    server.notify('meterUpdate', {
      timestamp_us: 0, left_peak: 0, left_rms: 0, right_peak: 0, right_rms: 0, ...(probes && { probes: probes as never }),
    }),
  );

test('a probe is what the processor shows, and null where it shows nothing', async () => {
  await renderConnected(<><Reduction /><Reduction processor="compressor_2" /></>);
  const shown = () => [...document.querySelectorAll('output')].map((output) => output.textContent);
  expect(shown()).toEqual(['none', 'none']);
  const first = { name: 'gain_reduction', processor: 'compressor', last: -3, least: -6, greatest: 0 };
  await told([{ name: 'envelope', last: 1, least: 1, greatest: 1 }, first, { ...first, processor: 'compressor_2', last: -1 }]);
  expect(shown()).toEqual(['-3 of -6 to 0', '-1 of -6 to 0']);
  // Only what is no number came; then the processor has none; then the connection is lost.
  await told([{ name: 'gain_reduction', processor: 'compressor', not_finite: 7 }]);
  expect(shown()).toEqual(['none', 'none']);
  await told([first]);
  expect(shown()[0]).toBe('-3 of -6 to 0');
  await told();
  expect(shown()[0]).toBe('none');
  await told([first]);
  act(() => server.drop());
  expect(shown()).toEqual(['none', 'none']);
});
