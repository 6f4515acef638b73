/** The lab: tabs, curves with their ghosts and tables, figures, the builds of the session. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector } from '../support/alone.js';
import { read, reader } from '../support/curves.js';
import { answers, documents, full, state } from '../support/lab.js';
import { labPage } from '../support/lab-page.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { moment, stats } from '../support/project.js';
import { until } from '../support/until.js';

const row = (page, name) => page.locator('#lab-figures tbody tr').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
const cells = async (page, name) => (await row(page, name).locator('td').allTextContents()).map((text) => text.replaceAll('\u00a0', ' '));
const drawn = (page, name) => reader(page, name).evaluate((canvas) => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size);
const opened = (page) => page.getByRole('region', { name: 'Response', exact: true }).waitFor();

test('the tabs go by arrow keys, stay over a reload, and let nothing through of what isn’t shown', async () => {
  const { page, troubles, close } = await inspector();
  Object.assign(alone.server.answers, answers());
  const now = page.getByRole('tab', { name: 'Now' });
  const lab = page.getByRole('tab', { name: 'Lab' });
  const topics = () => calls('subscribe').at(-1).topics;
  assert.deepEqual([await now.getAttribute('aria-selected'), await lab.getAttribute('tabindex')], ['true', '-1']);
  // Nobody looks: nothing is asked for, whatever is told.
  alone.server.tell('labChanged', state());
  alone.server.tell('stats', { ...stats, blocks: 11_111 });
  await page.getByText('11111').waitFor();
  assert.ok(!topics().includes('lab') && topics().includes('spectrum'));
  assert.deepEqual([calls('getLab'), calls('getMeasurement'), calls('getComparison')], [[], [], []]);

  await now.focus();
  await page.keyboard.press('ArrowRight');
  await opened(page);
  assert.equal(await lab.evaluate((tab) => tab === document.activeElement && tab.ariaSelected), 'true');
  assert.equal(await page.locator('#live').isVisible(), false);
  assert.deepEqual(topics(), ['stats', 'state', 'log', 'build', 'lab']);
  // Only what is drawn was fetched: the newest build and the one before.
  assert.deepEqual(calls('getMeasurement').map(({ number }) => number).toSorted(), [2, 3]);

  await page.reload();
  await opened(page);
  assert.match(page.url(), /#lab$/);
  await lab.focus();
  await page.keyboard.press('Home');
  await until(() => topics().includes('scope'), 'pictures are asked for again');
  assert.ok(!topics().includes('lab'));
  assert.equal(new URL(page.url()).hash, '');
  // A picture of Now is drawn again, and news of the lab are kept for when somebody looks.
  const before = calls('getMeasurement').length;
  const { builds } = state();
  alone.server.answers.getLab = { ...state(), builds: builds.map((build) => ({ ...build, revision: 2 })) };
  alone.server.tell('labChanged', alone.server.answers.getLab);
  alone.server.tell('spectrumUpdate', moment(1).spectrumUpdate);
  await page.getByText('loudest 1.00 kHz').waitFor();
  assert.equal(calls('getMeasurement').length, before);
  await page.keyboard.press('End');
  await until(() => calls('getMeasurement').length > before, 'the newer documents are fetched');
  assert.deepEqual(troubles, []);
  await close();
});

for (const [width, height, colorScheme] of [[390, 844, 'light'], [390, 844, 'dark'], [1280, 900, 'dark'], [2560, 1440, 'light']]) {
  test(`curves, figures and builds at ${width} pixels, ${colorScheme}`, async () => {
    const { page, troubles, close } = await labPage({
      viewport: { width, height }, colorScheme, more: { getMeasurement: ({ number }) => ({ document: full[number === 3 ? 'after' : 'before'] }) },
    });
    await opened(page);
    await page.waitForFunction(() => [...document.querySelectorAll('.picture:not([hidden]) canvas')].every((canvas) => canvas.width > 0));
    const names = await page.locator('.picture:not([hidden]) h2').allTextContents();
    assert.deepEqual(names, [
      'Response', 'Phase', 'Group delay', 'Harmonics', 'Difference', 'Distortion by level', 'Output by input level', 'Impulse', 'Step', 'Cost by block',
    ]);
    for (const name of names) assert.ok(await drawn(page, name) > 4, name);
    assert.deepEqual(await obstacles(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await page.screenshot({ path: picture(`lab-${width}-${colorScheme}.png`), fullPage: true });
    assert.deepEqual(troubles, []);
    await close();
  });
}

test('values are read under the pointer and by keys, beside those of the ghost, and stand in a table', async () => {
  const { page, close } = await labPage();
  await opened(page);
  const slider = reader(page, 'Response');
  assert.equal(await read(page, 'Response'), `987 Hz: Build 3 6.1 dB, Build 2 6.1 dB`);
  // The pointer at the right end reads the highest frequency.
  const box = await slider.boundingBox();
  await page.mouse.move(box.x + box.width - 1, box.y + 20);
  await page.locator('.picture .note').first().filter({ hasText: '23.7 kHz' }).waitFor();
  const [now, before] = [documents.after, documents.before].map((document) => document.swept.value.response.magnitudeDb.at(-1));
  const text = (value) => `${value.toFixed(1).replace('-', '−')} dB`;
  assert.equal(await read(page, 'Response'), `23.7 kHz: Build 3 ${text(now)}, Build 2 ${text(before)} (now ${text(now - before)})`);
  await slider.press('Home');
  assert.match(await read(page, 'Response'), /^9\.89 Hz: Build 3 6\.0 dB/);
  await slider.press('ArrowRight');
  assert.match(await read(page, 'Response'), /^10\.3 Hz: /);
  assert.equal(await slider.getAttribute('aria-valuenow'), '2');
  await slider.press('PageDown');
  await slider.press('ArrowLeft');
  assert.equal(await slider.getAttribute('aria-valuenow'), '1', 'it ends at the end');
  // Each picture has its own place.
  assert.match(await read(page, 'Phase'), /^987 Hz: Build 3 −9\.0°, Build 2 −6\.9° \(now −2\.1°\)$/);

  // All harmonics of both, or one order.
  assert.match(await read(page, 'Harmonics'), /: 2nd −41\.0 dB, .*5th −100\.1 dB, 2nd of Build 2 below the noise, 3rd of Build 2 −50\.3 dB, 4th of Build 2 below the noise, 5th of Build 2 −99\.5 dB$/);
  await page.getByLabel('Order').selectOption('3');
  assert.match(await read(page, 'Harmonics'), /: Build 3 −50\.4 dB, Build 2 −50\.3 dB$/);

  const card = page.getByRole('region', { name: 'Response', exact: true });
  assert.equal(await card.locator('table').count(), 0, 'no table before it is asked for');
  await card.getByText('Table of values').press('Enter');
  const table = card.getByRole('table');
  await table.waitFor();
  assert.deepEqual(await table.getByRole('columnheader').allTextContents(), ['Frequency', 'Build 3', 'Build 2']);
  assert.equal(await table.getByRole('row').count(), 1 + documents.after.swept.value.response.frequencyHz.length);
  assert.deepEqual(await table.getByRole('row').nth(1).locator('th, td').allTextContents(), ['9.89 Hz', '6.0 dB', '6.1 dB']);
  // Without the ghost its column goes, too.
  await page.getByLabel('Build 2 as a ghost').uncheck();
  await until(async () => (await table.getByRole('columnheader').count()) === 2, 'the ghost is gone');
  assert.equal(await page.locator('.picture').first().locator('.traces li').count(), 1);
  await close();
});

test('figures say what changed, and why one isn’t there', async () => {
  const { page, close } = await labPage({ more: { getMeasurement: ({ number }) => ({ document: full[number === 3 ? 'after' : 'before'] }) } });
  await opened(page);
  assert.deepEqual(await page.locator('#lab-figures thead th').allTextContents(), ['Figure', 'Build 3', 'Build 2', 'Change']);
  for (const [name, expected] of [
    ['Null', ['−16.2 dB', '–', '–']],
    ['Floor', ['−∞ dB', '–', '–']],
    ['Response at 1 kHz', ['6.07 dB', '6.11 dB', '−0.04 dB']],
    ['THD at 1.00 kHz', ['0.95 % (−40.5 dB)', '0.30 % (−50.3 dB)', '+9.8 dB']],
    ['THD at 10.0 kHz', ['0.034 % (−69.4 dB)', '0 % (−∞ dB)', 'from −∞ dB']],
    ['Aliasing at 1.00 kHz', ['Not measured: below the noise, −166.4 dB', '−164.1 dB at 7.98 kHz', '–']],
    ['Latency found', ['0 to 1.7 frames', '0 to 1.4 frames', '+0.3 frames']],
    ['Latency reported', ['0 frames', '0 frames', 'none']],
    ['Noise', ['−∞ dBFS', '−∞ dBFS', 'none']],
    ['Attack', ['Not measured: faster than 0.5 ms', 'Not measured: faster than 0.5 ms', '–']],
  ]) assert.deepEqual(await cells(page, name), expected, name);
  await page.getByText('at −20 dBFS · 48.0 kHz · blocks of 512 frames · stereo').waitFor();
  await page.getByText('Drive 6 dB · Filter Low pass').waitFor();

  // A program that ended has no figures, and no zeros.
  alone.server.answers.getMeasurement = ({ number }) => ({ document: number === 3 ? documents.dead : documents.before });
  const { builds } = state();
  alone.server.tell('labChanged', { ...state(), builds: builds.map((build) => ({ ...build, revision: 2, trouble: build.number === 3 ? 'the processor\'s program exited with code 0' : undefined })) });
  await page.getByText('It couldn’t be measured to the end: the processor\'s program exited with code 0.').waitFor();
  await page.getByText('It couldn’t be measured to the end. The processor\'s program exited with code 0.', { exact: true }).waitFor();
  assert.deepEqual(await cells(page, 'THD at 100 Hz'), ['Not measured: the processor had stopped', '0.29 % (−50.7 dB)', '–']);
  assert.equal(await page.getByText('Not measured: the processor had stopped.', { exact: true }).count(), 4, 'one for each picture');
  assert.equal(await page.locator('.picture canvas:visible').count(), 0);
  await page.screenshot({ path: picture('lab-stopped.png'), fullPage: true });
  await close();
});

test('what a server says is text, and what is no figure is told as none', async () => {
  const odd = structuredClone(documents.after);
  odd.subject.settings[0].name = '<img src=x onerror=alert(1)>';
  odd.swept.value.response.magnitudeDb[0] = 'Infinity';
  odd.swept.value.response.frequencyHz[3] = '<b>';
  odd.distortion[1] = { unmeasured: { why: 'constructor' } };
  odd.idle = { value: { noiseDbfs: '<b>', dcOffsetDbfs: '-Infinity' } };
  const { builds } = state();
  builds[2] = { ...builds[2], files: ['<b>curve.rs</b>'], changes: '<i>all</i>' };
  const { page, troubles, close } = await labPage({ more: { getLab: { measures: true, builds }, getMeasurement: ({ number }) => ({ document: number === 3 ? odd : null }) } });
  await opened(page);
  await page.getByText('<img src=x onerror=alert(1)>').waitFor();
  await page.getByText('<b>curve.rs</b> and 2 more').waitFor();
  await page.getByText('<i>all</i>').waitFor();
  assert.deepEqual((await cells(page, 'THD at 1.00 kHz')).slice(0, 2), ['Not measured: no reason was given', '–']);
  assert.deepEqual((await cells(page, 'Noise'))[0], 'Not measured: it can’t be read');
  await reader(page, 'Response').press('Home');
  assert.match(await read(page, 'Response'), /^9\.89 Hz: Build 3 ∞ dB$/);
  assert.equal(await page.locator('#panel-lab img, #panel-lab b, #panel-lab i:not([data-dash])').count(), 0);
  assert.deepEqual(troubles, []);
  await close();
});

test('the list shows a build, its ghosts and its files, and asks to measure it or to hear it', async () => {
  const { page, troubles, close } = await labPage();
  await opened(page);
  const list = page.locator('#lab-builds > li');
  assert.deepEqual(await list.locator('strong').allTextContents(), ['Build 3', 'Build 2', 'Build 1']);
  await list.first().getByText('engine/src/curve.rs, engine/src/saturator.rs and 2 more').waitFor();
  await list.first().getByText('13:05:42', { exact: true }).waitFor();
  await list.first().getByText('heard', { exact: true }).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Measure Again: build 1' }).isDisabled(), 'its program is gone');

  await page.getByRole('button', { name: 'Measure Again: build 2' }).press('Enter');
  await until(() => calls('measureBuild').length === 1, 'a build is measured');
  await page.getByRole('button', { name: 'Measure Everything' }).press('Enter');
  await until(() => calls('measureBuild').length === 2, 'everything is measured');
  assert.deepEqual(calls('measureBuild'), [{ number: 2 }, { number: 3, full: true }]);
  alone.server.tell('labChanged', { ...state(), measuring: 3 });
  await page.getByText('Measuring build 3…').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Measure Everything' }).isDisabled());
  const { builds } = state();
  alone.server.answers.getMeasurement = ({ number }) => ({ document: number === 3 ? full.after : documents.before });
  alone.server.tell('labChanged', { measures: false, builds: builds.map((build) => (build.number === 3 ? { ...build, revision: 2 } : build)) });
  await page.getByRole('region', { name: 'Impulse' }).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Measure Everything' }).isHidden());
  const measures = page.getByRole('switch', { name: 'Measure each build' });
  assert.equal(await measures.isChecked(), false);
  await measures.check();
  await until(() => calls('setMeasuring').length === 1, 'builds are measured by themselves');
  assert.deepEqual(calls('setMeasuring'), [{ on: true }]);

  // An older one is shown by the keyboard, over the one before it; a newer build doesn't take its place.
  await page.getByRole('radio', { name: 'Build 3' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: 'Build 2', exact: true }).waitFor();
  await until(async () => /: Build 2 6\.1 dB, Build 1 /.test(await read(page, 'Response')), 'the build before is its ghost');
  alone.server.tell('labChanged', { measures: true, builds: [...builds, { ...builds[2], number: 4, heard: true }] });
  await page.getByText('Build 4', { exact: true }).waitFor();
  assert.equal(await page.getByRole('radio', { name: 'Build 2' }).evaluate((radio) => radio.checked && radio === document.activeElement), true);
  // Whoever shows the newest gets the next one.
  alone.server.answers.getMeasurement = ({ number }) => ({ document: number === 5 ? documents.driven : documents.after });
  await page.getByRole('radio', { name: 'Build 4' }).check();
  alone.server.tell('labChanged', { measures: true, builds: [...builds, { ...builds[2], number: 4 }, { ...builds[2], number: 5, settings_differ: true }] });
  await page.getByRole('heading', { name: 'Build 5', exact: true }).waitFor();
  await page.getByText('Unlike Build 4: Drive 18 dB, was 6 dB; Filter Band pass, was Low pass.').waitFor();
  await list.first().getByText('other parameter values than before').waitFor();

  await page.getByRole('button', { name: 'Hear: build 2' }).click();
  await page.getByRole('button', { name: 'Hear: build 3' }).click();
  await until(() => calls('setComparison').length === 2, 'builds are heard');
  assert.deepEqual(calls('setComparison'), [{ hear: 'before', with: 2 }, { hear: 'after' }]);
  // What is refused is said where notices are.
  alone.server.answers.measureBuild = () => { throw new Error('build 2 isn’t kept any more'); };
  await page.getByRole('button', { name: 'Measure Again: build 2' }).click();
  await page.getByRole('alert').filter({ hasText: 'Build 2 isn’t kept any more.' }).waitFor();
  assert.deepEqual(troubles, []);
  await close();
});

test('kept curves lie under later builds, until they are forgotten, over a reload too', async () => {
  const { page, close } = await labPage({ more: { getMeasurement: ({ number }) => ({ document: number === 3 ? documents.driven : documents.before }) } });
  await opened(page);
  await page.getByRole('button', { name: 'Keep Curves' }).press('Enter');
  await page.getByText('The curves of build 3 are kept in this tab.').waitFor();
  const { builds } = state();
  alone.server.answers.getMeasurement = () => ({ document: documents.after });
  alone.server.answers.getLab = { measures: true, builds: builds.map((build) => ({ ...build, revision: 2 })) };
  alone.server.tell('labChanged', alone.server.answers.getLab);
  await until(async () => (await read(page, 'Response')) === '987 Hz: Build 3 6.1 dB, Build 2 6.1 dB, Build 3, 13:05:42 0.7 dB (now +5.4 dB)', 'the kept one is the second ghost');
  await page.reload();
  await opened(page);
  const kept = page.getByRole('checkbox', { name: 'Build 3, 13:05:42' });
  assert.equal(await kept.isChecked(), false);
  await kept.check();
  await until(async () => (await read(page, 'Response')).includes('13:05:42'), 'drawn again');
  // Three ghosts at most.
  await page.getByLabel('Build 1 as a ghost').check();
  for (let times = 0; times < 6; times++) await page.getByRole('button', { name: 'Keep Curves' }).click();
  assert.equal(await page.locator('#lab-kept li').count(), 6, 'the oldest went');
  assert.equal(await page.locator('#lab-kept input:checked').count(), 1);
  assert.ok(await page.locator('#lab-kept input:not(:checked)').first().isDisabled());
  for (let times = 0; times < 6; times++) await page.getByRole('button', { name: /^Forget: / }).first().click();
  await page.getByRole('heading', { name: 'Kept curves' }).waitFor({ state: 'hidden' });
  assert.doesNotMatch(await read(page, 'Response'), /13:05:42/);
  await close();
});

test('an older companion, no audio, and no build are told calmly', async () => {
  const { page, troubles, close } = await inspector();
  // It refuses the topic, and knows no method.
  alone.server.answers.subscribe = ({ topics }) => {
    if (topics.includes('lab')) throw new Error('unknown topic `lab`');
    return {};
  };
  await page.getByRole('tab', { name: 'Lab' }).click();
  await page.getByText('This companion doesn’t measure builds yet: a newer Wavecraft does.').waitFor();
  assert.deepEqual(calls('subscribe').at(-1).topics, ['stats', 'state', 'log', 'build']);
  assert.equal(await page.getByRole('region', { name: 'Before and after' }).isVisible(), false);
  Object.assign(alone.server.answers, answers(), { subscribe: {}, getLab: { measures: true, builds: [] } });
  await page.reload();
  await page.getByText('None was heard yet.').waitFor();
  await page.getByText('No build was heard yet.').waitFor();
  // One that was heard and not measured says what to press.
  const [{ revision, ...unmeasured }] = state().builds;
  alone.server.tell('labChanged', { measures: false, builds: [{ ...unmeasured, kept: true }] });
  await page.getByText('No build was measured yet: press Measure beside one, or save a change.').waitFor();
  await page.getByRole('button', { name: 'Measure: build 1' }).click();
  await until(() => calls('measureBuild').length === 1, 'it is measured');
  assert.ok(await page.getByRole('button', { name: 'Keep Curves' }).isDisabled());
  assert.equal(await page.locator('.picture:visible').count(), 0);
  assert.deepEqual(await obstacles(page), []);
  Object.assign(alone.server.answers, { getStats: null, getLab: { measures: false, builds: [] } });
  await page.reload();
  await page.getByText('Without audio nothing is measured: start the project by wavecraft start --with-audio.').waitFor();
  assert.deepEqual(troubles, []);
  await close();
});
