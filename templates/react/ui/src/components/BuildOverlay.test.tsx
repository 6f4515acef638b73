import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected } from '../testing/page';
import { BuildOverlay, BuildPill, useFailedBuild } from './BuildOverlay';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

function Both() {
  const build = useFailedBuild();
  return (
    <>
      <BuildPill build={build} />
      <BuildOverlay build={build} />
    </>
  );
}

const notify: FakeServer['notify'] = (method, params) => act(() => server.notify(method, params));
const overlay = () => screen.queryByRole('region', { name: 'Build failed' });
const pill = () => screen.queryByRole('button', { name: 'Build failed' });

test('a hidden failure stays in the header, and opens again from there', async () => {
  await renderConnected(<Both />);
  expect(pill()).toBeNull();
  notify('buildStatus', { status: 'failed', errors: 'error' });
  fireEvent.click(screen.getByRole('button', { name: 'Hide' }));
  expect(overlay()).toBeNull();
  fireEvent.click(pill()!);
  expect(overlay()).toBeTruthy();
  // A failure that was hidden stays so while the next build runs.
  fireEvent.click(pill()!);
  notify('buildStatus', { status: 'building' });
  expect(overlay()).toBeNull();
  expect(screen.getByRole('button', { name: 'Building again…' })).toBeTruthy();
  notify('buildStatus', { status: 'ok', ms: 1 });
  expect(screen.queryByRole('button')).toBeNull();
});

test('the compiler’s text has its colours, its places open the editor, and nothing of it is markup', async () => {
  await renderConnected(<Both />);
  notify('buildStatus', {
    status: 'failed',
    errors: 'error: <img src=x> \n --> engine/src/my lib.rs:3:5',
    coloured: '\x1b[1;91merror\x1b[0m: <img src=x>\n \x1b[94m-->\x1b[0m engine/src/lib.rs:3:5 and engine/src/other.rs:1:1',
    places: [{ file: 'engine/src/lib.rs', line: 3, column: 5, path: '/home/ada/my gain#1/engine/src/lib.rs' }],
  });
  const text = screen.getByRole('region', { name: 'What the compiler says' });
  expect(text.textContent).toBe('error: <img src=x>\n --> engine/src/lib.rs:3:5 and engine/src/other.rs:1:1');
  expect(text.querySelector('img')).toBeNull();
  expect(screen.getByText('error').className).toBe('sgr-bold sgr-red');
  expect(screen.getAllByRole('link').map((link) => [link.textContent, link.getAttribute('href')])).toEqual([
    ['engine/src/lib.rs:3:5', 'vscode://file/home/ada/my%20gain%231/engine/src/lib.rs:3:5'],
  ]);
});
