/** A chain: a section for each processor, with its bypass in its heading; and the two sets, which are the project's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector, moves } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { parameters } from '../support/project.js';
import { until } from '../support/until.js';

test('each processor has a section with its own parameters, which stays closed once it was', async () => {
  const { page, close } = await inspector();
  const sections = page.locator('section.stage');
  const opened = sections.locator('h3 button');
  assert.deepEqual(await sections.locator('h3').allTextContents(), ['Filter', 'Look-ahead compressor', 'Echo', 'Filter 2']);
  for (const section of await sections.all()) assert.equal(await section.locator('header').getByRole('switch').count(), 1);
  assert.equal(await sections.nth(0).getByLabel('Cutoff in Hz').count(), 1);
  // Every parameter has one control; the bypass moves what it is named for, and opens and closes nothing.
  assert.equal(await page.locator('[id^=parameter-]:is(input, select)').count(), parameters.length);
  await sections.nth(1).getByLabel('Bypass').check();
  await until(() => calls('setParameter').length === 1, 'the bypass is sent');
  assert.deepEqual(moves(), [{ id: 'compressor_bypass', value: 1 }]);
  assert.equal(await sections.nth(1).getAttribute('data-bypassed'), '');
  assert.equal(await opened.nth(1).getAttribute('aria-expanded'), 'true');
  await opened.nth(2).focus();
  await page.keyboard.press('Enter');
  assert.equal(await sections.nth(2).getByLabel('Mix, number').isHidden(), true);
  await page.reload();
  await page.locator('section.stage').nth(3).waitFor();
  assert.deepEqual(await opened.evaluateAll((all) => all.map(({ ariaExpanded }) => ariaExpanded)), ['true', 'true', 'false', 'true']);
  await close();
});

test('an off-and-on choice is a switch, and names and units never leave their row', async () => {
  for (const [width, height] of [[390, 844], [1280, 900], [2560, 1440]]) {
    for (const colorScheme of ['light', 'dark']) {
      const { page, troubles, close } = await inspector({ viewport: { width, height }, colorScheme });
      assert.equal(await page.getByRole('switch', { name: 'Tempo sync' }).count(), 1);
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll('.parameter > *, .card, dd')].filter((element) => {
          const own = element.getBoundingClientRect();
          const row = element.parentElement.getBoundingClientRect();
          return own.width > 0 && (own.right > row.right + 0.5 || own.left < row.left - 0.5);
        }).map(({ outerHTML }) => outerHTML.slice(0, 120)),
      );
      assert.deepEqual(outside, []);
      // No word is broken between its letters: no name has more lines than words.
      const broken = await page.locator('.parameter label').evaluateAll((all) =>
        all.filter((label) => label.clientHeight / parseFloat(getComputedStyle(label).lineHeight) > label.textContent.split(/[\s-]/).length + 0.5)
          .map(({ textContent }) => textContent));
      assert.deepEqual(broken, []);
      assert.deepEqual(await obstacles(page), []);
      await page.screenshot({ path: picture(`inspector-chain-${width}-${colorScheme}.png`), fullPage: true });
      assert.deepEqual(troubles, []);
      await close();
    }
  }
});

test('without processors the parameters are grouped as the project says', async () => {
  const { page, close } = await inspector();
  alone.server.answers.getAllParameters = { parameters: parameters.slice(0, 8).map(({ processor, ...rest }) => rest) };
  alone.server.tell('parametersChanged', {});
  await page.locator('.group h3').first().waitFor();
  assert.equal(await page.locator('section.stage').count(), 0);
  assert.deepEqual(await page.locator('.group h3').allTextContents(), ['Filter', 'Modulation of the cutoff by an envelope', 'Output']);
  await close();
});

test('which set is heard is the project’s word, and the same on every page', async () => {
  const { page, close } = await inspector();
  await page.getByRole('radio', { name: 'B' }).check();
  await until(() => calls('hearSet').length === 1, 'the other set is asked for');
  assert.deepEqual(calls('hearSet'), [{ set: 'B' }]);
  alone.server.tell('setsChanged', { active: 'B', differ: true });
  await page.getByRole('button', { name: 'Copy B to A' }).click();
  await until(() => calls('copySet').length === 1, 'the copy is asked for');
  await page.getByText('A is now as B.').waitFor({ state: 'attached' });
  alone.server.tell('setsChanged', { active: 'A', differ: false });
  await page.getByRole('button', { name: 'Copy A to B' }).waitFor();
  assert.equal(await page.getByRole('radio', { name: 'A' }).isChecked(), true);
  // Refused, the one that is heard stays chosen.
  alone.server.answers.hearSet = () => { throw new Error('there is no sound'); };
  await page.getByRole('radio', { name: 'B' }).click();
  await page.getByText('There is no sound.').waitFor();
  assert.equal(await page.getByRole('radio', { name: 'A' }).isChecked(), true);
  await close();
});
