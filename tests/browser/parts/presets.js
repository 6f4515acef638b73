/** The project's presets, on the page and in the inspector: the same list, the same sound, and files in the project. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';
import { level, untilLevel } from '../support/sound.js';
import { until } from '../support/until.js';

const SHIPPED = ['Parallel Grit', 'Telephone', 'Warm Tape'];
const choice = (page) => page.getByRole('combobox', { name: 'Preset', exact: true });
const names = (page) => choice(page).locator('option:enabled').allTextContents();
const shows = (page, text) => until(async () => (await choice(page).locator('option:checked').textContent()) === text, `“${text}” is chosen`);

test('a preset is heard from the page, told in the inspector, and one is saved there', async () => {
  const { page, world } = session;
  const { page: inspector, troubles, close } = await open(session.browser, session.ready.inspector_url);
  await inspector.getByText('Connected', { exact: true }).waitFor();
  const output = page.getByRole('slider', { name: 'Output' });
  const [before, loud] = [await output.getAttribute('aria-valuetext'), await level()];
  const file = world.path('presets/Mine.json');
  assert.deepEqual(await names(page), SHIPPED);
  assert.deepEqual(await names(inspector), SHIPPED);

  await choice(page).selectOption('Telephone');
  await page.getByText('A narrow band, driven: for voices').waitFor();
  await shows(inspector, 'Telephone');
  await until(async () => (await output.getAttribute('aria-valuetext')) === '−6.0 dB', 'its level');
  await output.focus();
  await page.keyboard.press('PageDown');
  for (const one of [page, inspector]) await shows(one, 'Telephone *');
  const mine = await output.getAttribute('aria-valuetext');

  await inspector.getByRole('button', { name: 'Save as …' }).click();
  await inspector.keyboard.type('Mine');
  await inspector.keyboard.press('Enter');
  for (const one of [page, inspector]) await shows(one, 'Mine');
  const { values } = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(values.saturator_output, parseFloat(mine.replace('−', '-')));
  assert.equal(values.saturator_filter, 1);
  await page.screenshot({ path: picture('presets-page.png') });

  // The preset and the key are a step each.
  await page.getByRole('heading', { level: 1 }).click();
  for (const wanted of ['−6.0 dB', before]) {
    await page.keyboard.press('Control+z');
    await until(async () => (await output.getAttribute('aria-valuetext')) === wanted, `undone to ${wanted}`);
  }
  await untilLevel(loud);
  await shows(page, 'No preset');

  await choice(inspector).selectOption('Mine');
  await shows(page, 'Mine');
  await inspector.getByRole('button', { name: 'Delete …' }).click();
  assert.ok(existsSync(file), 'not before the answer');
  await inspector.getByRole('button', { name: 'Delete', exact: true }).click();
  await shows(page, 'No preset');
  assert.equal(existsSync(file), false);
  // Its values stay, and are undone as any others.
  await until(async () => (await output.getAttribute('aria-valuetext')) === mine, 'the values of what was deleted');
  await page.keyboard.press('Control+z');
  await untilLevel(loud);
  assert.deepEqual(troubles, []);
  await close();
});
