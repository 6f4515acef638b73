/** Undo and redo: what a person does at once is one gesture, and the keys mean the project where no text is typed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector, moves } from '../support/alone.js';
import { until } from '../support/until.js';

/** The numbers of the gestures in which a parameter was set, each once, in order. */
const gesturesOf = (id) => [...new Set(calls('setParameter').filter((call) => call.id === id).map(({ gesture }) => gesture))];
const CUTOFF = 'filter_cutoff';
const slider = (page) => page.locator(`#parameter-${CUTOFF}`);

/** Drags a slider with the pointer, from one part of its length to another. */
async function drag(page, range, from, to) {
  const { x, y, width, height } = await range.boundingBox();
  const at = (part) => [x + width * part, y + height / 2];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  for (let step = 1; step <= 8; step++) await page.mouse.move(...at(from + ((to - from) * step) / 8));
  await page.mouse.up();
}

/** Waits until everything that was set has been sent: the slider's own value. */
const sent = (page, value) => until(() => moves().at(-1)?.value === value, 'the last value is sent');
const shown = (page) => slider(page).evaluate((range) => range.value);

test('a drag is one gesture, and the next one another', async () => {
  const { page, close } = await inspector();
  await drag(page, slider(page), 0.3, 0.7);
  await until(() => moves().length > 1, 'a drag has more than one value');
  assert.equal(gesturesOf(CUTOFF).length, 1);
  await page.locator('h1').click();
  await drag(page, slider(page), 0.7, 0.4);
  await until(() => gesturesOf(CUTOFF).length === 2, 'the second drag');
  await close();
});

test('a double-click is one gesture, from the first press to the default', async () => {
  const { page, close } = await inspector();
  await slider(page).dblclick({ position: { x: 4, y: 8 } });
  await sent(page, 1000);
  assert.ok(moves().length >= 1);
  assert.equal(gesturesOf(CUTOFF).length, 1);
  await close();
});

test('a key that is held is one gesture, a typed number too, and each press of a switch', async () => {
  const { page, close } = await inspector();
  await slider(page).focus();
  const before = await shown(page);
  for (let held = 0; held < 5; held++) await page.keyboard.down('ArrowRight');
  await page.keyboard.up('ArrowRight');
  await page.waitForFunction(([id, before]) => Number(document.getElementById(id).value) === Number(before) + 5, [`parameter-${CUTOFF}`, before]);
  await until(() => moves().length > 0, 'it is sent');
  assert.equal(gesturesOf(CUTOFF).length, 1);
  const field = page.getByLabel('Cutoff in Hz').first();
  await field.fill('500');
  await field.press('Enter');
  await sent(page, 500);
  assert.equal(gesturesOf(CUTOFF).length, 2);

  const bypass = page.locator('section.stage').nth(1).getByLabel('Bypass');
  for (const times of [1, 2, 3]) {
    await bypass.click();
    await until(() => calls('setParameter').filter(({ id }) => id === 'compressor_bypass').length === times, 'it is sent');
  }
  assert.equal(gesturesOf('compressor_bypass').length, 3);
  await close();
});

test('the buttons say what they are of, and the keys do the same', async () => {
  const { page, close } = await inspector();
  const [undo, redo] = ['Undo', 'Redo'].map((name) => page.getByRole('button', { name, exact: true }));
  await page.waitForFunction(() => !document.getElementById('undo').disabled);
  assert.equal(await undo.getAttribute('title'), 'Undo Cutoff · 3 steps');
  assert.equal(await redo.isDisabled(), true);
  await undo.click();
  await page.getByText('Undid Cutoff.').waitFor({ state: 'attached' });
  alone.server.tell('historyChanged', { undo: 'Mix', redo: 'Cutoff', undo_steps: 1, redo_steps: 1 });
  await page.waitForFunction(() => document.getElementById('redo').title === 'Redo Cutoff · the only step');
  await page.locator('h1').click();
  for (const key of ['Control+z', 'Meta+z']) await page.keyboard.press(key);
  await until(() => calls('undo').length === 3, 'two more');
  for (const key of ['Control+Shift+Z', 'Meta+Shift+Z', 'Control+y']) await page.keyboard.press(key);
  await until(() => calls('redo').length === 3, 'three times');
  // A slider has no undo of its own; a text has.
  await slider(page).focus();
  await page.keyboard.press('Control+z');
  await until(() => calls('undo').length === 4, 'from a slider');
  const field = page.getByLabel('Cutoff in Hz').first();
  await field.fill('70');
  await field.press('Control+z');
  await field.press('Escape');
  assert.equal(calls('undo').length, 4);
  await close();
});

test('what was left out is said, and an undo waits for what was moved before', async () => {
  const { page, close } = await inspector();
  alone.server.answers.undo = { said: 'Passed over Old: this build has none of it.' };
  await page.waitForFunction(() => !document.getElementById('undo').disabled);
  await drag(page, slider(page), 0.3, 0.6);
  await page.keyboard.press('Control+z');
  await page.getByText('Passed over Old: this build has none of it.').waitFor();
  const after = alone.server.asked.map(({ method }) => method);
  assert.ok(after.lastIndexOf('setParameter') < after.lastIndexOf('undo'), after.join(' '));
  alone.server.answers.undo = () => { throw new Error('ask again in a moment'); };
  await page.keyboard.press('Control+z');
  await page.getByText('Ask again in a moment.').waitFor();
  await close();
});

test('a server that knows no history has no buttons for it', async () => {
  const { page, close } = await inspector();
  delete alone.server.answers.getHistory;
  await page.reload();
  await page.waitForFunction(() => document.getElementById('undo').hidden && document.getElementById('redo').hidden);
  await close();
});
