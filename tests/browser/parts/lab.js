/** The lab over the real companion: what a change of the code did, in curves and figures, and to hear. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { read, reader } from '../support/curves.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';
import { until } from '../support/until.js';

const FILE = 'engine/src/saturator.rs';

/** Opened by the first test, closed by the last. */
let page, troubles, close, before;

const subject = () => page.locator('#lab-subject').textContent();

test('a change is measured by itself, and its curve lies over that of the build before', async () => {
  ({ page, troubles, close } = await open(session.browser, session.ready.inspector_url, { colorScheme: 'dark' }));
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Lab' }).click();
  await page.getByRole('region', { name: 'Response', exact: true }).waitFor();
  const newest = page.locator('#lab-builds > li').first();
  before = Number((await newest.locator('strong').textContent()).replace('Build ', ''));
  session.world.edit(FILE, 'Coefficients::new(cutoff, ', 'Coefficients::new(0.25 * cutoff, ');
  await until(async () => (await subject()) === `Build ${before + 1}`, 'the next build is measured');
  await newest.getByText(FILE, { exact: true }).waitFor();
  await newest.locator('.changes').filter({ hasText: /−\d+\.\d dB at \d.* kHz.*null −\d/ }).waitFor();
  // A low pass two octaves lower takes much off at 8 kHz, and nothing at 100 Hz.
  await until(async () => (await read(page, 'Response')).includes(`Build ${before} `), 'the build before is its ghost');
  await reader(page, 'Response').press('Home');
  assert.match(await read(page, 'Response'), /^9\.\d+ Hz: Build \d+ (-?\d+\.\d dB), Build \d+ \1$/);
  const values = [];
  for (let times = 0; times < 11; times++) {
    await reader(page, 'Response').press('PageUp');
    values.push(await read(page, 'Response'));
  }
  assert.match(values.at(-2), /\(now −\d\d\.\d dB\)$/, values.join('\n'));
  const null_ = page.locator('#lab-figures tbody tr').filter({ has: page.getByRole('rowheader', { name: 'Null', exact: true }) });
  assert.match(await null_.locator('td').first().textContent(), /^−\d+\.\d.dB$/);
  assert.deepEqual(await obstacles(page), []);
  await page.screenshot({ path: picture('lab.png'), fullPage: true });
});

test('everything is measured when it is asked for, and again when a parameter moves', async () => {
  await page.getByRole('button', { name: 'Measure Everything' }).click();
  for (const name of ['Impulse', 'Step', 'Distortion by level', 'Output by input level', 'Cost by block']) await page.getByRole('region', { name, exact: true }).waitFor();
  const settings = await page.locator('#lab-settings').textContent();
  const output = session.page.getByRole('slider', { name: 'Output' });
  await output.press('PageDown');
  await until(async () => (await page.locator('#lab-settings').textContent()) !== settings, 'it is measured with the new value');
  await output.press('Delete');
});

test('the older build is heard, subtracted, guessed in a blind test, and ended', async () => {
  const note = (text) => page.locator('#compare-note').filter({ hasText: text }).waitFor();
  const fact = (name) => page.locator('#compare-facts').evaluate((list, name) => (
    [...list.querySelectorAll('dt')].find((term) => term.textContent === name)?.nextElementSibling.textContent
  ), name);
  await page.getByRole('radio', { name: 'Before', exact: true }).click();
  await note(`You hear build ${before}, the older one.`);
  await page.getByRole('switch', { name: 'Match Levels' }).click();
  await until(async () => /^[+−]?\d+\.\d dB on build \d+$/.test(await fact('Level match')), 'levels are matched');
  await page.getByRole('radio', { name: 'Difference' }).click();
  await note('You hear the difference');
  await until(async () => /^−?\d+\.\d dB to what plays$/.test(await fact('Null')), 'the null is told');
  assert.match(await fact('The older build takes'), /^\d+\.\d % of a block( · \d+ MiB)?$/);
  await page.screenshot({ path: picture('lab-compared.png') });

  await page.getByRole('button', { name: 'Start Blind Test' }).click();
  await page.getByText('No answer yet.').waitFor();
  await page.getByRole('radio', { name: 'X', exact: true }).click();
  for (let trial = 1; trial <= 2; trial++) {
    await page.getByRole('button', { name: 'X is A' }).click();
    await page.getByText(new RegExp(`^\\d of ${trial} right\\.`)).waitFor();
  }
  await page.getByText(/^X was [AB]: (right|wrong)\./).waitFor();
  await page.getByRole('button', { name: 'End Test' }).click();
  await note(/^You hear build \d+, the newest\.$/);
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await until(async () => (await fact('The older build takes')) === 'nothing: none runs', 'the older one has ended');
  assert.deepEqual(troubles, []);
  await close();
});
