/** Nothing moves: notices, the limiter, long names and pictures come and go in places that were there before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { moment, source, stats, tone } from '../support/project.js';
import { until } from '../support/until.js';

const KEYS = ['#notices', '#output-meters', '#strip', '#parameters', '#scope', '#spectrum', '#blocks', '#devices', '#log'];

const notices = [
  {
    id: 'notANumber', action: 'restart',
    text: 'Since 12:03 the processor’s output is not a number, at Cutoff 19,990 Hz and Feedback 108 %. You hear silence.',
  },
  { id: 'mute', action: 'unmute', text: 'Muted, because the built-in microphone hears the built-in loudspeaker.' },
  { id: 'microphone', action: 'allowMicrophone', text: 'The project asks for the microphone and hears silence.' },
];

for (const [width, height] of [[390, 844], [1280, 900], [2560, 1440]]) {
  test(`nothing moves at ${width} pixels`, async () => {
    const { page, troubles, close } = await inspector({ viewport: { width, height } });
    const { server } = alone;
    const tell = (more, at) => {
      server.tell('stats', { ...stats, ...more });
      const { meterUpdate, ...pictures } = moment(at);
      server.tell('meterUpdate', { ...meterUpdate, heard: more.heard ?? 'processed' });
      for (const [method, params] of Object.entries(pictures)) server.tell(method, params);
    };
    tell({}, 0);
    await page.getByText('loudest').waitFor();
    const places = () => page.evaluate((keys) => keys.map((key) => {
      const { x, y, width, height } = document.querySelector(key).getBoundingClientRect();
      return { key, x, y, width, height };
    }), KEYS);
    const before = await places();
    await page.evaluate(() => {
      window.moved = [];
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) window.moved.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 120))]);
      }).observe({ type: 'layout-shift' });
    });
    tell({ notices, heard: 'dry', guard: { limiting: true, howl_muted: false } }, 1);
    await page.getByRole('img', { name: 'Limiter, acting' }).waitFor();
    await page.getByRole('button', { name: 'Unmute' }).waitFor({ state: 'attached' });
    assert.deepEqual(await page.locator('.heard').allTextContents(), ['dry input', 'dry input', 'dry input']);
    assert.deepEqual(await places(), before);
    if (width === 390) assert.deepEqual(await obstacles(page), []);
    await page.screenshot({ path: picture(`inspector-notices-${width}.png`) });

    // A source without a file, and without a loop, is as large.
    server.answers.getSource = { source: 'tone', sample_rate: 48_000, recent: source.recent, signal: tone };
    server.tell('sourceChanged', {});
    await page.getByText(tone.label, { exact: true }).waitFor();
    tell({ source: 'tone', muted: true, processor_load: { average: 1.632, max: 12.5, p99: 3.1, last_second: 1.7 }, blocks: 987_654_321 }, 2);
    await page.getByText('163.2 · 1250.0 · 310.0 %').waitFor();
    assert.deepEqual(await page.locator('.heard').allTextContents(), ['muted', 'muted', 'muted']);
    await page.getByText('No notices.').waitFor();
    assert.deepEqual(await places(), before);
    // Two frames later everything that moved has been told.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.deepEqual(await page.evaluate(() => window.moved), []);

    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    assert.deepEqual(troubles, []);
    await close();
  });
}

test('a notice has the button that helps, which stays while the notice does', async () => {
  const { page, close } = await inspector();
  alone.server.tell('stats', { ...stats, notices });
  await page.locator('#notices').getByRole('button', { name: 'Restart' }).focus();
  alone.server.tell('stats', { ...stats, notices: [...notices].reverse(), blocks: 12_321 });
  await page.getByText('12321').waitFor();
  assert.equal(await page.locator('#notices').getByRole('button').count(), 2);
  await page.getByText('Press y in the terminal').waitFor();
  await page.locator('#notices').getByRole('button', { name: 'Restart' }).click();
  await until(() => calls('restart').length === 1, 'a restart from the notice');
  await page.getByRole('button', { name: 'Unmute' }).click();
  await until(() => calls('setMute').length === 1, 'the mute ends');
  assert.deepEqual(calls('setMute'), [{ on: false }]);
  await page.getByRole('banner').getByRole('button', { name: 'Restart' }).click();
  await until(() => calls('restart').length === 2, 'a restart from the head');
  // What is refused is said in the same place.
  alone.server.answers.setMode = () => { throw new Error('direct mode needs a processor'); };
  await page.getByLabel('Mode').selectOption('direct');
  await page.getByRole('alert').filter({ hasText: 'Direct mode needs a processor.' }).waitFor();
  await page.waitForFunction(() => document.getElementById('mode').value === 'pipelined');
  await close();
});
