/** A page of another origin gets nothing of the project, whatever way it asks, nor does the right page without a token. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { session } from '../support/session.js';

/** How a WebSocket to the project ends: `open`, or `refused`. */
const connect = (page, url, protocols) =>
  page.evaluate(
    ([url, protocols]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, protocols);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      }),
    [url, protocols],
  );

test('a page of another origin gets nothing, even with the key', async () => {
  const stranger = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<p>Elsewhere</p>'));
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { page, close } = await open(session.browser, `http://127.0.0.1:${stranger.address().port}/`);
  const inspector = new URL('/', session.ready.inspector_url).href;
  const token = new URLSearchParams(new URL(session.ready.inspector_url).hash.slice(1)).get('wc');

  const fetched = (url, options) =>
    page.evaluate(([url, options]) => fetch(url, options).then(() => 'answered', () => 'refused'), [url, options]);
  assert.equal(await fetched(inspector), 'refused');
  assert.equal(await fetched(inspector, { mode: 'no-cors' }), 'refused');
  const socket = inspector.replace('http', 'ws');
  assert.equal(await connect(page, socket, ['wavecraft.v1', `wct.${token}`]), 'refused');
  assert.equal(await connect(page, session.ready.ws_url, []), 'refused');

  // In a frame there is the browser's own page of refusal, and nothing of the inspector.
  await page.evaluate((url) => {
    const frame = document.createElement('iframe');
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    frame.src = url;
    document.body.append(frame);
    return loaded;
  }, inspector);
  for (const frame of page.frames().slice(1)) assert.equal(await frame.locator('#inspector').count(), 0);
  assert.equal(page.frames().length, 2);
  await close();
  stranger.close();
});

test('the right page without a key, or with a wrong one, gets no connection', async () => {
  const { page, close } = await open(session.browser, new URL('/', session.ready.inspector_url).href);
  const socket = page.url().replace('http', 'ws');
  assert.equal(await connect(page, socket, ['wavecraft.v1']), 'refused');
  assert.equal(await connect(page, socket, ['wavecraft.v1', `wct.${'A'.repeat(43)}`]), 'refused');
  await close();
});
