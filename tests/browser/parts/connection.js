/** The page opens, is connected, hides its key, and moves. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';

test('the page connects, and its key is gone from the address bar and the history', async () => {
  const { page, ready } = session;
  const token = new URLSearchParams(new URL(ready.ui_url).hash.slice(1)).get('wc');
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(page.url(), new URL('/', ready.ui_url).href);
  assert.equal(await page.evaluate(() => history.length), 2, 'about:blank, and the page once');
  assert.ok(!(await page.content()).includes(token));
});

test('meters and scope move', async () => {
  const { page } = session;
  const meter = page.getByRole('meter', { name: 'Left peak' });
  await page.waitForFunction((element) => Number(element.ariaValueNow) > -40, await meter.elementHandle());
  const scope = await page.locator('.scope canvas').elementHandle();
  const seen = await scope.evaluate((canvas) => canvas.toDataURL());
  await page.waitForFunction(([canvas, seen]) => canvas.toDataURL() !== seen, [scope, seen]);
  await page.screenshot({ path: picture('dark.png'), fullPage: true });
});
