import { beforeEach, expect, test } from 'vitest';
import { findAddress } from './address';

const TOKEN = 'aZ09-_'.repeat(8).slice(0, 43);

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, '', '/page?q=1');
});

test('a token in the fragment is used and leaves the address bar', () => {
  location.hash = `#wc=${TOKEN}&ws=9007`;
  const entries = history.length;
  expect(findAddress('')).toEqual({ url: 'ws://127.0.0.1:9007/', protocols: ['wavecraft.v1', `wct.${TOKEN}`] });
  expect(location.href).not.toContain(TOKEN);
  expect(location.pathname + location.search + location.hash).toBe('/page?q=1');
  expect(history.length).toBe(entries);
});

test('a reload of the tab still has it', () => {
  location.hash = `#wc=${TOKEN}&ws=9007`;
  const first = findAddress('');
  expect(findAddress('')).toEqual(first);
});

test('a newer fragment wins, port and all', () => {
  location.hash = `#wc=${TOKEN}&ws=9007`;
  findAddress('');
  const newer = 'b'.repeat(43);
  location.hash = `#wc=${newer}`;
  expect(findAddress('')).toEqual({ url: 'ws://127.0.0.1:9000/', protocols: ['wavecraft.v1', `wct.${newer}`] });
});

test('what is no token or port is not used', () => {
  location.hash = '#wc=short&ws=9007';
  expect(findAddress('')).toBeNull();
  location.hash = `#wc=${TOKEN}&ws=9007.evil.example`;
  expect(findAddress('')?.url).toBe('ws://127.0.0.1:9000/');
});

test('VITE_WS_URL is for pages without a token', () => {
  const url = 'ws://127.0.0.1:9000/p/secret';
  expect(findAddress(url)).toEqual({ url, protocols: [] });
  location.hash = `#wc=${TOKEN}`;
  expect(findAddress(url)?.protocols).toHaveLength(2);
});
