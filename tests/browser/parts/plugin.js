/** The built page in a plugin, over the channel of its window: the same page, with what a host leaves to it. */

import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { test } from 'node:test';
import { picture } from '../support/paths.js';
import { openInPlugin } from '../support/plugin.js';
import { session } from '../support/session.js';
import { until } from '../support/until.js';

let folder;

test('a plugin’s page shows its parameters, and asks nothing of the network', async () => {
  const ui = session.world.path('ui');
  execSync('npm run build', { cwd: ui, stdio: 'pipe' });
  folder = `${ui}/dist`;
  const opened = await openInPlugin(session.browser, folder, { colorScheme: 'dark' });
  const { page } = opened;
  await page.getByRole('region', { name: 'Drive 2', exact: true }).waitFor();
  assert.equal(await page.getByRole('slider', { name: 'tone' }).count(), 2);
  assert.equal(await page.getByRole('combobox', { name: 'shape' }).first().inputValue(), '0');
  for (const role of ['meter', 'contentinfo', 'alert']) assert.equal(await page.getByRole(role).count(), 0, role);
  assert.equal(await page.getByText('Connected').count(), 0);
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Loud');
  await page.waitForFunction(() => document.querySelector('input[type=range]').ariaValueText === '30.0 dB');
  assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0);
  await page.screenshot({ path: picture('plugin.png') });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: picture('plugin-narrow.png') });
  // A page that tries all the same gets nowhere.
  const tried = await page.evaluate(() =>
    Promise.all(['https://example.com/', 'ws://127.0.0.1:9000/'].map((url) =>
      url.startsWith('ws')
        ? new Promise((done) => Object.assign(new WebSocket(url), { onopen: () => done('open'), onerror: () => done('refused') }))
        : fetch(url).then(() => 'open', () => 'refused'),
    )).catch(() => ['refused', 'refused']),
  );
  assert.deepEqual(tried, ['refused', 'refused']);
  assert.deepEqual(opened.strangers, []);
  assert.ok(opened.troubles.every((text) => text.includes('Content Security Policy')), opened.troubles.join('\n'));
  assert.deepEqual(opened.scripts, []);
  await opened.close();
});

test('a drag is one gesture at the host, and what the host does moves the control', async () => {
  const opened = await openInPlugin(session.browser, folder);
  const { page, told, say } = opened;
  const drive = page.getByRole('slider', { name: 'drive' }).first();
  await page.getByRole('combobox', { name: 'Preset' }).waitFor();
  const { x, y, width, height } = await drive.boundingBox();
  await page.mouse.move(x + width * 0.3, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.8, y + height / 2, { steps: 12 });
  await until(() => told.some(([what]) => what === 'set'), 'the host is told of a value');
  assert.equal(told.some(([what]) => what === 'end'), false, 'it is held');
  await page.mouse.up();
  await until(() => told.at(-1)?.[0] === 'end', 'it is let go');
  const count = (wanted) => told.filter(([what]) => what === wanted).length;
  assert.deepEqual([count('begin'), count('end')], [1, 1]);
  assert.ok(count('set') > 1);
  assert.deepEqual(told[0], ['begin', 'drive_drive']);

  say({ automate: ['drive_drive', 1] });
  await page.waitForFunction(() => document.querySelector('input[type=range]').ariaValueText === '30.0 dB');
  say({ load: 0 });
  await page.waitForFunction(() => document.querySelector('input[type=range]').ariaValueText === '0.0 dB');
  assert.equal(count('begin'), 1, 'the host isn’t told of what it did itself');

  const bypass = page.getByRole('switch').first();
  await bypass.click();
  await until(() => count('end') === 2, 'a switch is a gesture of its own');
  assert.deepEqual(told.slice(-3).map(([what, id]) => `${what} ${id}`), ['begin drive_bypass', 'set drive_bypass', 'end drive_bypass']);
  assert.deepEqual([opened.troubles, opened.strangers, opened.scripts], [[], [], []]);
  await opened.close();
});
