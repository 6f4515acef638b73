/** The time, on the page and in the inspector over the real companion: it goes on, stops, is set, and both show the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { session } from '../support/session.js';
import { until } from '../support/until.js';

/** What the companion tells, once it fits: its figures are of the last second. */
const told = (fits, what) => until(() => fits(session.world.status().sessions[0].stats.transport), what);

test('the time is stopped, set and moved from page and inspector, and the sound goes on', async () => {
  const { page } = session;
  const { page: inspector, troubles, close } = await open(session.browser, session.ready.inspector_url);
  const here = page.getByRole('group', { name: 'Transport' });
  const there = inspector.getByRole('region', { name: 'Transport' });
  const places = [page.locator('.transport .place'), inspector.locator('#transport-place')];
  for (const place of places) {
    const first = await place.textContent();
    await until(async () => (await place.textContent()) !== first, 'the time goes on');
  }

  await here.getByRole('button', { name: 'Stop' }).click();
  for (const card of [here, there]) await card.getByRole('button', { name: 'Play' }).waitFor();
  await told(({ playing }) => !playing, 'the companion tells the stop');
  await session.live.next('stats', { fits: ({ output_rms }) => output_rms > 0.001, what: 'the sound goes on' });

  await there.getByRole('button', { name: 'To start' }).click();
  for (const place of places) await until(async () => (await place.textContent()) === '1.1', 'the start');
  await told(({ position_frames: frame }) => frame === 0, 'the companion tells the start');

  const tempo = there.getByRole('textbox', { name: 'Tempo' });
  await tempo.fill('98,5');
  await tempo.press('Enter');
  await until(async () => (await here.getByLabel('Tempo').inputValue()) === '98.5', 'the page has the tempo');
  await here.getByLabel('Loop').selectOption('2');
  await until(async () => (await there.getByLabel('Loop').inputValue()) === '2', 'the inspector has the loop');
  await told(({ tempo, loop_bars }) => tempo === 98.5 && loop_bars === 2, 'the companion tells both');

  // The space bar plays where nothing has the focus.
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press(' ');
  await there.getByRole('button', { name: 'Stop' }).waitFor();
  await here.getByLabel('Loop').selectOption('0');
  await tempo.fill('120');
  await tempo.press('Enter');
  await told(({ playing, tempo, loop_bars }) => playing && tempo === 120 && loop_bars === undefined, 'all is as before');
  assert.deepEqual(troubles, []);
  await close();
});
