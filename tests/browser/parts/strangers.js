/** A page without the right key says what to do, and leaves the server alone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';

/** Sockets that went to the dev server: Vite has one of its own. */
const tries = (sockets) => sockets.filter(({ url }) => new URL(url).port === new URL(session.ready.ws_url).port);

test('a page without a key says where to get one, and never tries', async () => {
  const url = new URL('/', session.ready.ui_url).href;
  const { page, sockets, troubles, close } = await open(session.browser, url);
  await page.getByText('Open the address that wavecraft start printed').waitFor();
  assert.equal(await page.getByRole('slider').count(), 0);
  await page.clock.install();
  await page.clock.runFor(60_000);
  assert.deepEqual([tries(sockets), troubles], [[], []]);
  await page.screenshot({ path: picture('no-key.png') });
  await close();
});

test('a page with the key of another start tries ever more slowly, and says what to do', async () => {
  const url = new URL(session.ready.ui_url);
  url.hash = url.hash.replace(/wc=[\w-]+/, `wc=${'A'.repeat(43)}`);
  const { page, sockets, close } = await open(session.browser, url.href);
  await page.getByText('This tab belongs to an earlier start. Press o').waitFor();
  // It says so from the second refusal on, and then tries twice a minute.
  assert.ok(tries(sockets).length <= 5, `${tries(sockets).length} connections`);
  await close();
});
