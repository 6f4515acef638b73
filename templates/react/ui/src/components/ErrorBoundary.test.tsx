import { act, fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { ErrorBoundary } from './ErrorBoundary';
import { PageErrors } from './PageErrors';

function Broken(): never {
  throw new TypeError('gain is undefined');
}

test('a component that throws leaves its error, where it was, and a way to go on', () => {
  vi.spyOn(console, 'error').mockReturnValue();
  render(
    <ErrorBoundary>
      <Broken />
    </ErrorBoundary>,
  );
  expect(screen.getByRole('alert').textContent).toContain('TypeError: gain is undefined');
  expect(screen.getByRole('region', { name: 'Where it happened' }).textContent).toContain('Broken');
  expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy();
});

test('errors outside of drawing are told in a corner, and the page stays', () => {
  render(
    <>
      <PageErrors />
      <p>The page</p>
    </>,
  );
  const fail = () =>
    dispatchEvent(
      new ErrorEvent('error', { error: new Error('no such set'), message: 'x', filename: 'http://localhost/src/Compare.tsx?t=1', lineno: 12 }),
    );
  act(() => void fail());
  expect(screen.getByRole('alert').textContent).toContain('Error: no such set (Compare.tsx:12)');
  act(() => void fail());
  expect(screen.getByRole('alert').textContent).toContain('(2 times)');
  fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByText('The page')).toBeTruthy();

  const rejection = new Event('unhandledrejection') as PromiseRejectionEvent;
  Object.assign(rejection, { reason: new Error('nobody answered') });
  act(() => void dispatchEvent(rejection));
  expect(screen.getByRole('alert').textContent).toContain('nobody answered');
});
