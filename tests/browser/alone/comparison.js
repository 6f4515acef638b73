/** Before and after: which build is heard, what that costs, and the blind test. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls } from '../support/alone.js';
import { none, on } from '../support/lab.js';
import { labPage } from '../support/lab-page.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { stats } from '../support/project.js';
import { until } from '../support/until.js';

const fact = (page, name) => page.locator('#compare-facts').evaluate((list, name) => (
  [...list.querySelectorAll('dt')].find((term) => term.textContent === name)?.nextElementSibling.textContent
), name);
const told = (page, text) => page.locator('#compare-note').filter({ hasText: text }).waitFor();

test('before, after and their difference are heard by the keyboard, and what they cost is said', async () => {
  const { page, troubles, close } = await labPage({ more: { getComparison: { ...none, builds: [2, 1] } } });
  await told(page, 'You hear build 3, the newest.');
  const height = async () => (await page.locator('#compare-card').boundingBox()).height;
  const before = await height();
  assert.deepEqual(await page.getByLabel('Before is').locator('option').allTextContents(), ['Build 2, 13:04:09', 'Build 1, 13:02:11']);
  // While the newest is heard, a choice starts nothing.
  await page.getByLabel('Before is').selectOption('1');
  await page.getByRole('radio', { name: 'After', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await until(() => calls('setComparison').length === 1, 'before is asked for');
  assert.deepEqual(calls('setComparison'), [{ hear: 'before', with: 1 }]);
  alone.server.tell('comparisonChanged', { ...none, state: 'starting', before: 1, builds: [2, 1] });
  await told(page, 'Starting build 1; you hear build 3 meanwhile.');
  assert.ok(await page.getByRole('radio', { name: 'Before', exact: true }).isChecked(), 'what was asked for stays chosen');
  alone.server.tell('comparisonChanged', { ...on, before: 1, builds: [2, 1], matched: false, match_db: undefined });
  await told(page, 'You hear build 1, the older one.');
  await page.getByRole('banner').getByRole('button', { name: 'Before: build 1' }).waitFor();
  await page.locator('#lab-builds > li').last().getByText('heard · not kept', { exact: true }).waitFor();
  assert.equal(await fact(page, 'Level match'), 'off');

  await page.getByRole('switch', { name: 'Match Levels' }).check();
  await until(() => calls('setComparison').length === 2, 'levels are matched');
  alone.server.tell('comparisonChanged', { ...on, match_db: undefined });
  await until(async () => (await fact(page, 'Level match')) === 'waits for enough sound', 'no gain yet');
  alone.server.tell('comparisonChanged', on);
  await until(async () => (await fact(page, 'Level match')) === '−0.6 dB on build 2', 'the gain is shown');
  assert.equal(await fact(page, 'Difference'), '−38.4 dBFS');
  assert.equal(await fact(page, 'Null'), '−16.2 dB to what plays');
  assert.equal(await fact(page, 'The older build takes'), '1.2 % of a block · 24 MiB');
  // Another one is chosen while the older is heard: it is started at once.
  alone.server.tell('comparisonChanged', { ...on, builds: [2, 1] });
  await page.getByLabel('Before is').selectOption('1');
  await until(() => calls('setComparison').length === 3, 'another older one');
  await page.getByRole('radio', { name: 'Difference' }).check();
  await until(() => calls('setComparison').length === 4, 'the difference');
  await page.getByRole('radio', { name: 'After', exact: true }).check();
  await until(() => calls('setComparison').length === 5, 'after');
  assert.deepEqual(calls('setComparison').slice(1), [
    { matched: true }, { hear: 'before', with: 1 }, { hear: 'difference', with: 1 }, { hear: 'after' },
  ]);

  assert.equal(await fact(page, 'Floor'), 'not measured');
  alone.server.tell('comparisonChanged', { ...on, floor: { null_db: -41 } });
  await until(async () => (await fact(page, 'Floor')) === '−41.0 dB', 'what two runs differ by');
  alone.server.tell('comparisonChanged', { ...on, hear: 'difference', difference: { level_db: null, null_db: null }, latency_frames: [64, 32], floor: { null_db: null } });
  await told(page, 'You hear the difference, build 3 minus build 2.');
  assert.deepEqual([await fact(page, 'Difference'), await fact(page, 'Null'), await fact(page, 'Floor'), await fact(page, 'Latency')],
    ['−∞ dBFS', '−∞ dB: they are the same', '−∞ dB: it repeats itself', '64 and 32 frames, aligned']);
  alone.server.tell('stats', { ...stats, comparison: { ...on, hear: 'after', difference: undefined, ends_in_s: 290, cost: { load: 0.004 } } });
  await until(async () => (await fact(page, 'It ends')) === 'by itself in 4 min 50 s', 'when it ends by itself');
  assert.deepEqual([await fact(page, 'The older build takes'), await fact(page, 'Difference')], ['0.4 % of a block', 'nothing to compare in silence']);
  assert.deepEqual(await obstacles(page), []);
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await until(() => calls('endComparison').length === 1, 'it ends');
  const trouble = 'Build 2 crashed; you hear build 3. Choose Before to start it again.';
  alone.server.tell('comparisonChanged', { ...none, trouble });
  await page.getByRole('status').filter({ hasText: trouble }).waitFor();
  assert.deepEqual([await fact(page, 'The older build takes'), await fact(page, 'It ends')], ['nothing: none runs', '–']);
  assert.ok(await page.getByRole('button', { name: 'End', exact: true }).isDisabled());
  assert.equal(await height(), before, 'nothing has moved');
  // Refused, what is heard stays chosen, and it is said why.
  alone.server.answers.setComparison = () => { throw new Error('build 2 isn’t kept any more'); };
  await page.getByRole('radio', { name: 'Before', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'Build 2 isn’t kept any more.' }).waitFor();
  await until(() => page.getByRole('radio', { name: 'After', exact: true }).isChecked(), 'back to what is heard');
  assert.deepEqual(troubles, []);
  await close();
});

test('without an older build there is nothing to choose, and the tab says how to get one', async () => {
  const { page, close } = await labPage({ more: { getComparison: { hear: 'after', state: 'none', after: 1, builds: [], matched: false } } });
  await told(page, 'There is no older build yet: change the code and save, and this one is kept to compare with.');
  for (const name of ['Before', 'Difference']) assert.ok(await page.getByRole('radio', { name, exact: true }).isDisabled());
  for (const control of [page.getByLabel('Before is'), page.getByLabel('Match Levels'), page.getByRole('button', { name: 'Start Blind Test' })]) assert.ok(await control.isDisabled());
  await close();
});

for (const [width, colorScheme] of [[390, 'dark'], [1280, 'light']]) {
  test(`a blind test tells nothing before the answer, and then the score, at ${width} pixels`, async () => {
    const { page, troubles, close } = await labPage({ viewport: { width, height: 844 }, colorScheme, more: { getComparison: none } });
    assert.ok(await page.getByRole('button', { name: 'Start Blind Test' }).isDisabled());
    await page.getByText('Listen to Before once').waitFor();
    alone.server.tell('comparisonChanged', on);
    const start = page.getByRole('button', { name: 'Start Blind Test' });
    await until(() => start.isEnabled(), 'it can begin');
    await start.press('Enter');
    await until(() => calls('startAbx').length === 1, 'it begins');
    const blind = (abx) => alone.server.tell('comparisonChanged', { ...on, hear: 'blind', abx: { trials: 0, right: 0, hearing: 'a', ...abx } });
    blind({});
    await page.getByText('A is build 3, B is build 2. X is one of them.').waitFor();
    await page.getByText('No answer yet.').waitFor();
    // The keyboard goes on where the test is; what is heard is told nowhere else.
    assert.equal(await page.evaluate(() => document.activeElement.id), 'abx-x');
    assert.equal(await page.getByRole('radio', { name: 'Before', exact: true }).isVisible(), false);
    await page.getByRole('banner').getByRole('button', { name: 'Blind test' }).waitFor();
    assert.deepEqual((await page.locator('#lab-builds .state').allTextContents()).filter((text) => text.includes('heard')), []);
    await page.keyboard.press('Space');
    await until(() => calls('hearAbx').length === 1, 'X is heard');
    blind({ hearing: 'x' });
    await page.getByRole('radio', { name: 'B', exact: true }).check();
    await until(() => calls('hearAbx').length === 2, 'B is heard');
    assert.deepEqual(calls('hearAbx'), [{ which: 'x' }, { which: 'b' }]);
    await page.getByRole('button', { name: 'X is A' }).press('Enter');
    await page.getByRole('button', { name: 'X is B' }).press('Enter');
    await until(() => calls('answerAbx').length === 2, 'answers are given');
    assert.deepEqual(calls('answerAbx'), [{ which: 'a' }, { which: 'b' }]);
    blind({ trials: 1, right: 0, probability: 1, last: { x: 'b', right: false } });
    await page.getByText('X was B: wrong. There is a new X now.').waitFor();
    await page.getByText('0 of 1 right. By guessing alone, everybody would do as well or better. 5 answers at least before that says anything.').waitFor();
    blind({ trials: 10, right: 9, probability: 0.0107, hearing: 'x', last: { x: 'a', right: true } });
    await page.getByText('9 of 10 right. By guessing alone, 1 in 100 people would do as well or better. You most likely hear a difference.').waitFor();
    assert.deepEqual(await obstacles(page), []);
    await page.screenshot({ path: picture(`lab-blind-${width}.png`) });
    await page.getByRole('button', { name: 'End Test' }).press('Enter');
    await until(() => calls('endAbx').length === 1, 'it ends');
    alone.server.tell('comparisonChanged', { ...on, hear: 'after', trouble: 'The blind test ended, as build 4 is heard now.' });
    await page.getByText('The blind test ended, as build 4 is heard now.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'abx-start');
    assert.deepEqual(troubles, []);
    await close();
  });
}
