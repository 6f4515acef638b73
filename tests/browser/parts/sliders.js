/** A control moved on the page is heard, by as much as it says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '../support/session.js';
import { decibels, level, untilLevel } from '../support/sound.js';

const output = () => session.page.getByRole('slider', { name: 'Output' });
/** What the page says that `output` is, in dB. */
const shown = async () =>
  parseFloat((await output().getAttribute('aria-valuetext')).replace('−', '-'));

test('a slider moved by keys changes the processed level', async () => {
  const before = (await level()) - (await shown());
  await output().focus();
  for (let times = 0; times < 3; times++) await session.page.keyboard.press('PageDown');
  assert.ok((await shown()) < -6, `${await shown()} dB`);
  await untilLevel(before + (await shown()));
  await session.page.keyboard.press('Home');
  assert.equal(await shown(), -36);
  await untilLevel(before - 36);
});

test('a slider dragged by the mouse changes the processed level', async () => {
  const before = (await level()) - (await shown());
  const { page } = session;
  // A notice that comes or goes above may move it until it is held.
  await output().hover({ position: { x: 9, y: 12 } });
  await page.mouse.down();
  const { x, y, width, height } = await output().boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 10 });
  await page.mouse.up();
  assert.ok(Math.abs((await shown()) + 12) < 1, `the middle is −12 dB, not ${await shown()}`);
  await untilLevel(before + (await shown()));
});

test('a switch and a choice are heard too', async () => {
  const { page } = session;
  const before = await level();
  const filter = page.getByRole('combobox', { name: 'Filter' });
  await filter.selectOption('High pass');
  await session.live.next('stats', { fits: ({ output_rms }) => decibels(output_rms) < before - 6 });
  await filter.selectOption('Low pass');
  await untilLevel(before);

  const bypass = page.getByRole('switch', { name: 'Bypass' });
  await bypass.click();
  const dry = ({ input_rms, output_rms }) => Math.abs(decibels(output_rms / input_rms)) < 0.1;
  await session.live.next('stats', { fits: dry, what: 'the input as it came' });
  await bypass.press('Space');
  await untilLevel(before);
});
