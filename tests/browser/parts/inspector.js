/** The inspector, which shows everything and needs no page of the project's own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';
import { level, untilLevel } from '../support/sound.js';

/** Opened by the first test, closed by the last. */
let page, troubles, close;

test('the inspector shows the signal, and keeps its key out of the address', async () => {
  const url = session.ready.inspector_url;
  ({ page, troubles, close } = await open(session.browser, url, { colorScheme: 'light' }));
  await page.getByText('Connected', { exact: true }).waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('row', { name: /Output, RMS −\d+\.\d dB/ }).waitFor();
  const drawn = () =>
    page.locator('canvas').evaluateAll((canvases) =>
      canvases.map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value > 0);
      }),
    );
  assert.deepEqual(await drawn(), [true, true]);
  // The tone's own frequency is where the spectrum is highest.
  const highest = await page.evaluate(async () => {
    const { spectrum } = await import('/inspector/pictures.js');
    const samples = Array.from({ length: 1024 }, (_, index) => 0.5 * Math.sin((2 * Math.PI * 64 * index) / 1024));
    const decibels = spectrum(samples);
    const most = Math.max(...decibels);
    return [decibels.indexOf(most), most];
  });
  assert.equal(highest[0], 64);
  assert.ok(Math.abs(highest[1] + 6.02) < 0.01, `${highest[1]} dB`);
  await page.screenshot({ path: picture('inspector.png'), fullPage: true });
});

test('what is moved in the inspector is heard, and seen on the project’s page', async () => {
  const before = await level();
  const slider = page.getByLabel('Output', { exact: true });
  const was = await slider.inputValue();
  await slider.fill('0');
  await session.live.next('stats', { fits: ({ output_rms }) => 20 * Math.log10(output_rms) < before - 6 });
  const shown = await session.page.getByRole('slider', { name: 'Output' }).getAttribute('aria-valuetext');
  assert.match(shown, /^−36/);
  await slider.fill(was);
  await untilLevel(before);
});

test('the inspector switches source, bypass and mute, and never opens the microphone', async () => {
  const before = await level();
  await page.getByLabel('Source').selectOption('silence');
  await session.live.next('stats', { fits: ({ output_rms }) => output_rms < 1e-4, what: 'silence' });
  await page.getByLabel('Source').selectOption('tone');
  await untilLevel(before);
  await page.getByLabel('Mute').check();
  await session.page.getByText('muted').waitFor();
  await page.getByLabel('Mute').uncheck();
  assert.equal(await page.getByLabel('Source').locator('option[value=microphone]').isDisabled(), true);
  // Nobody chose a file, so there is none to play: it says so and stays where it is.
  await page.getByLabel('Source').selectOption('file');
  await page.getByRole('alert').waitFor();
  await page.waitForFunction(() => document.getElementById('source').value === 'tone');
});

test('axe finds nothing serious in the inspector, in both schemes and at 320 pixels', async () => {
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await obstacles(page), []);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  assert.deepEqual(await obstacles(page), []);
  await page.screenshot({ path: picture('inspector-narrow.png'), fullPage: true });
});

test('without a key the inspector says where to get one, and never tries', async () => {
  const url = new URL('/', session.ready.inspector_url).href;
  const stranger = await open(session.browser, url);
  await stranger.page.getByText('Only pages that were opened with the project’s key').waitFor();
  assert.deepEqual(stranger.sockets, []);
  await stranger.close();
  assert.deepEqual(troubles, []);
  await close();
});
