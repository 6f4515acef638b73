/** Presets: the list is the server's, and nothing is replaced or deleted before it was asked. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { until } from '../support/until.js';

const presets = {
  presets: [
    { name: 'Bright' },
    { name: 'Old', trouble: 'it was made by a newer Wavecraft (version 2, this one reads 1): update Wavecraft' },
    { name: 'Warm Tape', note: 'Some drive under a soft top: for pads and buses' },
  ],
  current: 'Warm Tape',
  changed: true,
};
const refused = (code, message) => () => {
  throw Object.assign(new Error(message), { code });
};
/** An inspector of a project with presets, and with these answers. */
async function shown(answers = {}, options) {
  const opened = await inspector(options);
  Object.assign(alone.server.answers, answers);
  alone.server.tell('presetsChanged', presets);
  await opened.page.locator('#preset').filter({ hasText: 'Warm Tape *' }).waitFor();
  return opened;
}
const button = (page, name) => page.getByRole('group', { name: 'Presets' }).getByRole('button', { name, exact: true });
const said = (page, text) => page.locator('#preset-said').filter({ hasText: text }).waitFor();

test('the list is shown with the present one, its note, and what can’t be used', async () => {
  const { page, close, troubles } = await shown();
  const options = await page.locator('#preset option').evaluateAll((all) => all.map(({ text, disabled }) => [text, disabled]));
  assert.deepEqual(options, [['Bright', false], ['Old', true], ['Warm Tape *', false]]);
  await page.getByText('Some drive under a soft top').waitFor();
  await page.getByText('Old: it was made by a newer Wavecraft').waitFor();
  alone.server.tell('presetChanged', { current: 'Bright', changed: false });
  await page.waitForFunction(() => document.getElementById('preset').value === 'Bright');
  assert.equal(await button(page, 'Save').isDisabled(), true);
  assert.equal(await page.locator('#preset-note').isHidden(), true);
  alone.server.tell('presetsChanged', { presets: [], changed: false });
  await page.locator('#preset').filter({ hasText: 'No presets yet' }).waitFor();
  assert.equal(await button(page, 'Next preset').isDisabled(), true);
  assert.deepEqual(troubles, []);
  await close();
});

test('what is chosen is asked for, and what the server says of it is shown', async () => {
  const { page, close } = await shown({
    loadPreset: ({ name }) => ({ name, remarks: ['the project has no parameter `gone`: ignored'] }),
    stepPreset: { name: 'Bright' },
  });
  await page.getByRole('combobox', { name: 'Preset', exact: true }).selectOption('Bright');
  await said(page, 'The project has no parameter `gone`: ignored.');
  assert.deepEqual(calls('loadPreset'), [{ name: 'Bright' }]);
  await button(page, 'Next preset').click();
  await button(page, 'Preset before').click();
  await until(() => calls('stepPreset').length === 2, 'both steps');
  assert.deepEqual(calls('stepPreset'), [{ by: 1 }, { by: -1 }]);
  alone.server.answers.stepPreset = refused(-32021, 'there is no preset `after`');
  await button(page, 'Next preset').click();
  await page.getByText('There is no preset `after`.').waitFor();
  await close();
});

test('it is saved over itself, or under a name with a note, and an older one only after a question', async () => {
  const { page, close } = await shown({ savePreset: ({ name }) => ({ name }) });
  await button(page, 'Save').click();
  await said(page, 'Saved as Warm Tape.');
  assert.deepEqual(calls('savePreset'), [{ name: 'Warm Tape', replace: true }]);

  alone.server.answers.savePreset = ({ name, replace }) => (replace ? { name } : refused(-32022, 'there is one')());
  await button(page, 'Save as …').click();
  await page.keyboard.type('Bright');
  await page.getByLabel('Note', { exact: true }).fill('Mine');
  await page.keyboard.press('Enter');
  await page.getByText('There is a preset “Bright” already. Replace it?').waitFor();
  await page.screenshot({ path: picture('presets-replace.png') });
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#preset-form').isHidden(), true);
  await button(page, 'Save as …').click();
  await page.keyboard.type('Bright');
  await page.keyboard.press('Enter');
  await button(page, 'Replace').click();
  await said(page, 'Saved as Bright.');
  assert.deepEqual(calls('savePreset').slice(1), [
    { name: 'Bright', note: 'Mine' },
    { name: 'Bright' },
    { name: 'Bright', replace: true },
  ]);
  await close();
});

test('it is renamed and deleted, the last after a question', async () => {
  const { page, close } = await shown({ renamePreset: ({ to }) => ({ name: to }), deletePreset: {} });
  await button(page, 'Rename …').click();
  await page.keyboard.type('Tape');
  await page.keyboard.press('Enter');
  await until(() => calls('renamePreset').length === 1, 'it is renamed');
  assert.deepEqual(calls('renamePreset'), [{ from: 'Warm Tape', to: 'Tape' }]);
  await button(page, 'Delete …').click();
  await page.getByText('Delete “Warm Tape”, the file presets/Warm Tape.json?').waitFor();
  await button(page, 'Cancel').click();
  assert.deepEqual(calls('deletePreset'), []);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'preset-delete', 'the focus goes back');
  await button(page, 'Delete …').click();
  await button(page, 'Delete').click();
  await said(page, 'Warm Tape is deleted. The values are as they were.');
  await close();
});

test('names are shown as text, and a server without presets shows none', async () => {
  const { page, close, troubles } = await shown();
  const name = '<img src=x onerror=alert(1)>';
  alone.server.tell('presetsChanged', { presets: [{ name, note: name, trouble: name }], current: name, changed: true });
  await page.locator('#preset-trouble').filter({ hasText: '<img' }).waitFor();
  assert.equal(await page.locator('#presets img').count(), 0);
  assert.deepEqual(troubles, []);
  delete alone.server.answers.getPresets;
  await page.reload();
  await page.locator('#source-name').filter({ hasText: /./ }).waitFor();
  assert.equal(await page.locator('#presets').isVisible(), false);
  await close();
});

for (const [width, colorScheme] of [[390, 'light'], [390, 'dark'], [1280, 'light'], [1280, 'dark']]) {
  test(`they have room at ${width} px, ${colorScheme}, and stand in nobody’s way`, async () => {
    const { page, close } = await shown({}, { viewport: { width, height: 900 }, colorScheme });
    await button(page, 'Save as …').click();
    assert.deepEqual(await obstacles(page), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px`);
    await page.locator('#presets').scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture(`presets-${width}-${colorScheme}.png`) });
    await close();
  });
}
