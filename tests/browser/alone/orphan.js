/** A tab whose connection ended says at once why, and which key brings it back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, inspector } from '../support/alone.js';
import { KEY } from '../support/pretended.js';

test('an orphaned tab says at once what happened', async () => {
  const { page, sockets, close } = await inspector();
  const told = page.getByRole('alert');
  // The start ends: this tab can't come back.
  alone.server.part(1001, 'ended');
  await told.filter({ hasText: 'wavecraft start has ended, and this tab with it. Start it again, and press i' }).waitFor();
  assert.equal(sockets.length, 1, 'it says so before it tries again');
  assert.equal(await page.locator('#live').evaluate(({ disabled }) => disabled), true);
  await close();
});

test('a key of an earlier start is told from the first refusal on', async () => {
  const { page, sockets, close } = await inspector();
  alone.server.lets = false;
  await page.reload();
  await page.getByRole('alert').filter({ hasText: 'This tab belongs to an earlier start. Press i in the terminal' }).waitFor();
  assert.equal(sockets.length, 2, 'one refusal was enough');
  assert.equal(await page.evaluate(() => sessionStorage.getItem('wavecraft.token')), KEY);
  await close();
});

test('a companion that comes back finds the tab connected again', async () => {
  const { page, close } = await inspector();
  alone.server.part(1001, 'companion');
  await page.getByRole('alert').filter({ hasText: 'The companion has ended. wavecraft start brings it back' }).waitFor();
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByText('No notices.').waitFor();
  assert.equal(await page.locator('#live').evaluate(({ disabled }) => disabled), false);
  await close();
});
