/** What is typed: taken as it is meant, refused with a word, and never in the way of a change from elsewhere. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector, moves } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { stats } from '../support/project.js';
import { until } from '../support/until.js';

const ID = 'filter_cutoff';
const elsewhere = (value) => alone.server.tell('parameterChanged', { id: ID, value });

test('a focused field follows a change from elsewhere, and leaving it undoes nothing', async () => {
  const { page, close } = await inspector();
  const field = page.getByLabel('Cutoff in Hz').first();
  await field.fill('500');
  await field.press('Enter');
  await until(() => calls('setParameter').length === 1, 'the typed value is sent');
  elsewhere(6000);
  await page.waitForFunction((field) => field.value === '6000', await field.elementHandle());
  assert.ok(await field.evaluate((field) => field === document.activeElement), 'it is still focused');
  await page.locator('h1').click();
  assert.deepEqual(moves(), [{ id: ID, value: 500 }]);
  assert.equal(await field.inputValue(), '6000');
  // What is being typed stays, whatever comes; Escape takes it back to what is true now.
  await field.fill('70');
  elsewhere(8000);
  await page.waitForFunction(() => document.getElementById('parameter-filter_cutoff').ariaValueText === '8000 Hz');
  assert.equal(await field.inputValue(), '70');
  await field.press('Escape');
  assert.equal(await field.inputValue(), '8000');
  await page.locator('h1').click();
  assert.equal(calls('setParameter').length, 1);
  await close();
});

test('a unit is understood, and what isn’t is refused beside the field', async () => {
  const { page, close } = await inspector();
  const field = page.getByLabel('Cutoff in Hz').first();
  await field.fill('1,5 kHz');
  await field.press('Enter');
  await until(() => calls('setParameter').length === 1, 'the typed value is sent');
  assert.deepEqual(moves(), [{ id: ID, value: 1500 }]);
  const below = page.getByLabel('Resonance, number').first();
  const place = await below.boundingBox();
  await field.fill('25 kHz');
  await field.press('Enter');
  const said = page.getByText('25 kHz is out of range: 20 to 20000 Hz.');
  await said.waitFor();
  assert.equal(await field.inputValue(), '25 kHz');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await below.boundingBox(), place);
  assert.deepEqual(await obstacles(page), []);
  await field.press('Escape');
  await said.waitFor({ state: 'hidden' });
  assert.equal(await field.inputValue(), '1500');
  // Left with something that isn't understood, the field shows what is true, and says why.
  await field.fill('loud');
  await page.locator('h1').click();
  await page.getByText('“loud” isn’t understood').waitFor();
  assert.equal(await field.inputValue(), '1500');
  assert.equal(calls('setParameter').length, 1);
  await close();
});

test('figures from before a change of the volume don’t undo it, and one from elsewhere does', async () => {
  const { page, close } = await inspector();
  const slider = page.getByRole('slider', { name: 'Volume' });
  await page.getByLabel('Volume in dB').fill('-20.5');
  await page.getByLabel('Volume in dB').press('Enter');
  await until(() => calls('setGain').length === 1, 'it is sent');
  assert.deepEqual(calls('setGain'), [{ gain_db: -20.5 }]);
  // Blocks tell that the page has seen them.
  const figures = async (gain_db, blocks) => {
    alone.server.tell('stats', { ...stats, gain_db, blocks });
    await page.getByText(String(blocks), { exact: true }).waitFor();
  };
  await figures(0, 111_001);
  await figures(0, 111_002);
  assert.equal(await slider.getAttribute('aria-valuetext'), '−20.5 dB');
  await figures(-20.5, 111_003);
  await figures(3, 111_004);
  assert.equal(await slider.getAttribute('aria-valuetext'), '3.0 dB');
  await close();
});
