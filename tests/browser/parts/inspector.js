/** The inspector, which shows everything and needs no page of the project's own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';
import { level, untilLevel } from '../support/sound.js';
import { until } from '../support/until.js';

/** What each `subscribe` of a socket asked for. */
const topics = ({ said }) =>
  said.map((text) => JSON.parse(text)).filter(({ method }) => method === 'subscribe').map(({ params }) => params.topics);

/** Opened by the first test, closed by the last. */
let page, troubles, close;

test('the inspector shows the signal, and keeps its key out of the address', async () => {
  const url = session.ready.inspector_url;
  ({ page, troubles, close } = await open(session.browser, url, { colorScheme: 'light' }));
  await page.getByText('Connected', { exact: true }).waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await page.getByText('Live', { exact: true }).waitFor();
  const meter = page.getByRole('meter', { name: 'Output, left' });
  await page.waitForFunction((element) => Number(element.ariaValueNow) > -40, await meter.elementHandle());
  await page.waitForFunction(() => Number(document.querySelector('[aria-label="Input, left"]').ariaValueNow) > -40);
  // Every picture has been drawn, at the screen's resolution.
  const drawn = (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return canvas.width >= canvas.clientWidth && data.some((value) => value > 0);
  };
  for (const canvas of await page.locator('canvas:not(#wave)').elementHandles()) await page.waitForFunction(drawn, canvas);
  // The tone's own frequency is where the spectrum is highest.
  await page.getByText(/^loudest (99\d Hz|1\.00 kHz), −\d/).waitFor();
  assert.deepEqual(await page.locator('.heard').allTextContents(), ['processed', 'processed', 'processed']);
  await page.getByText('No notices.').waitFor();
  assert.match(await page.getByRole('img', { name: /^Latency, \d/ }).getAttribute('aria-label'), /ms in all/);
  await page.getByRole('img', { name: /The last \d+ seconds/ }).waitFor();
  // What the saturator takes off a tone of −12 dB with 6 dB of drive.
  await page.getByRole('img', { name: /^gain_reduction: −0\.\d+, in the last 10 seconds from −0\.\d+ to / }).waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: picture('inspector.png') });
  await page.emulateMedia({ colorScheme: 'light' });
});

test('what is moved in the inspector is heard, and seen on the project’s page', async () => {
  const before = await level();
  const slider = page.getByRole('slider', { name: 'Output', exact: true });
  await slider.hover();
  await page.mouse.down();
  const { x, y, height } = await slider.boundingBox();
  await page.mouse.move(x - 20, y + height / 2, { steps: 10 });
  await page.mouse.up();
  await session.live.next('stats', { fits: ({ output_rms }) => 20 * Math.log10(output_rms) < before - 6 });
  const shown = await session.page.getByRole('slider', { name: 'Output' }).getAttribute('aria-valuetext');
  assert.match(shown, /^−36/);
  // A double click is the default, and a typed number counts from Enter on.
  await slider.dblclick();
  await untilLevel(before);
  const field = page.getByLabel('Output in dB');
  await field.fill('-12');
  await field.press('Enter');
  await untilLevel(before - 12);
  await slider.press('Delete');
  await untilLevel(before);
});

test('two sets of parameters are compared, and two inspectors stay in step', async () => {
  const before = await level();
  const other = await open(session.browser, session.ready.inspector_url);
  const slider = page.getByRole('slider', { name: 'Output', exact: true });
  const there = other.page.getByRole('slider', { name: 'Output', exact: true });
  const shows = async (text) => {
    for (const handle of [await slider.elementHandle(), await there.elementHandle()]) {
      await handle.ownerFrame().then((frame) =>
        frame.waitForFunction(([element, text]) => element.ariaValueText === text, [handle, text]),
      );
    }
  };
  await page.getByRole('radio', { name: 'B' }).check();
  await slider.press('Home');
  await shows('−36.0 dB');
  await untilLevel(before - 36);
  // The other page goes back, and the sets outlive a page.
  await other.page.getByRole('radio', { name: 'B', checked: true }).waitFor();
  await other.page.getByRole('radio', { name: 'A' }).check();
  await shows('0.0 dB');
  await untilLevel(before);
  await page.reload();
  await page.getByRole('radio', { name: 'A', checked: true }).waitFor();
  await page.getByRole('radio', { name: 'B' }).check();
  await shows('−36.0 dB');
  await page.getByRole('radio', { name: 'A' }).check();
  await shows('0.0 dB');
  await page.getByRole('button', { name: 'Copy A to B' }).click();
  await page.getByText('B is now as A.').waitFor({ state: 'attached' });
  await page.getByRole('radio', { name: 'B' }).check();
  await shows('0.0 dB');
  assert.deepEqual(other.troubles, []);
  await other.close();
});

test('a killed processor and a build that fails are seen, and seen to be over', async () => {
  const { live, world } = session;
  await page.evaluate(() => {
    window.states = [];
    const note = () => window.states.push(document.getElementById('notices').textContent);
    new MutationObserver(note).observe(document.getElementById('notices'), { childList: true, subtree: true });
  });
  const since = live.now;
  process.kill(world.status().sessions[0].child_pid, 'SIGKILL');
  await page.waitForFunction(() => window.states.some((text) => text.includes('SIGKILL')));
  await live.next('state', { since, fits: ({ state }) => state === 'live', what: 'it is live again' });
  await page.getByText('Live', { exact: true }).waitFor();

  const failed = page.getByRole('region', { name: 'Build failed' });
  const mend = world.edit('engine/src/saturator.rs', 'let mix = self.mix.next();', 'let mix = = self.mix.next();');
  await failed.getByText('expected expression').first().waitFor();
  const place = failed.getByRole('link').first();
  assert.match(await place.getAttribute('href'), /^vscode:\/\/file\/.*\/engine\/src\/saturator\.rs:\d+:\d+$/);
  assert.deepEqual(await obstacles(page), []);
  await page.screenshot({ path: picture('inspector-build-failed.png') });
  await page.getByRole('button', { name: 'Hide' }).click();
  await page.getByRole('button', { name: 'Build failed' }).waitFor();
  mend();
  await page.getByRole('button', { name: 'Build failed' }).waitFor({ state: 'hidden' });
});

test('the button restarts the processor, and the sound comes back', async () => {
  const before = session.world.status().sessions[0].child_pid;
  await page.getByRole('button', { name: 'Restart' }).click();
  await until(() => session.world.status().sessions[0].child_pid !== before, 'another child');
  await page.getByText('Live', { exact: true }).waitFor();
});

test('the inspector switches source, volume, bypass and mute, and never opens the microphone', async () => {
  const before = await level();
  await page.getByLabel('Source').selectOption('silence');
  await session.live.next('stats', { fits: ({ output_rms }) => output_rms < 1e-4, what: 'silence' });
  await page.locator('#source-name').filter({ hasText: 'Silence' }).waitFor();
  await page.getByLabel('Source').selectOption('tone');
  await untilLevel(before);
  await page.locator('#bypass').check();
  await session.page.locator('#bypass[aria-pressed=true]').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('.heard')].every(({ textContent }) => textContent === 'dry input'));
  await session.page.getByRole('button', { name: 'Bypass' }).click();
  await page.waitForFunction(() => !document.getElementById('bypass').checked);
  await page.getByLabel('Mute').check();
  await page.waitForFunction(() => [...document.querySelectorAll('.heard')].every(({ textContent }) => textContent === 'muted'));
  await page.getByLabel('Mute').uncheck();
  const volume = () => session.world.status().sessions[0].stats.gain_db;
  await page.getByLabel('Volume in dB').fill('−20,5');
  await page.getByLabel('Volume in dB').press('Enter');
  await until(() => volume() === -20.5, 'the volume is turned down');
  assert.equal(await page.getByRole('slider', { name: 'Volume' }).getAttribute('aria-valuetext'), '−20.5 dB');
  await page.getByRole('slider', { name: 'Volume' }).press('Delete');
  await until(() => volume() === 0, 'the volume is as it was');
  assert.equal(await page.getByLabel('Source').locator('option[value=microphone]').isDisabled(), true);
  // Nobody chose a file, so there is none to play: it says so and stays where it is.
  await page.getByLabel('Source').selectOption('file');
  await page.getByRole('alert').filter({ hasText: 'file' }).waitFor();
  await page.waitForFunction(() => document.getElementById('source').value === 'tone');
});

test('axe finds nothing serious in the inspector at three sizes and in both schemes, and nothing is cut off', async () => {
  for (const [width, height] of [
    [1280, 900],
    [2560, 1440],
    [320, 640],
  ]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await obstacles(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      await page.screenshot({ path: picture(`inspector-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('the keyboard alone reaches everything of the inspector', async () => {
  const which = 'input, select, button, pre, summary, [tabindex="0"]';
  const controls = await page.locator(which).evaluateAll(
    // Of tabs, and of radio buttons, one is reached by Tab and the others by arrow keys.
    (all) => all.filter((element) => element.offsetParent !== null && !element.disabled && element.id !== 'set-A' && element.tabIndex >= 0).length,
  );
  await page.reload();
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByRole('slider', { name: 'Output', exact: true }).waitFor();
  const reached = new Set();
  for (let times = 0; times < controls; times++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate((which) => `${[...document.querySelectorAll(which)].indexOf(document.activeElement)}`, which);
    reached.add(name);
  }
  assert.equal(reached.size, controls);
  assert.ok(!reached.has('-1'));
});

test('a page that nobody sees asks for no pictures', async () => {
  const { page: hidden, sockets, close } = await open(session.browser, session.ready.inspector_url);
  await hidden.getByText('Connected', { exact: true }).waitFor();
  await hidden.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await until(() => topics(sockets.at(-1)).length === 2, 'it subscribes again');
  const [seen, unseen] = topics(sockets.at(-1));
  assert.ok(['meters', 'scope', 'spectrum'].every((topic) => seen.includes(topic) && !unseen.includes(topic)));
  await close();
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
