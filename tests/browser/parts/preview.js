/** Without `--with-audio`: the same page, with the engine's own parameters and made-up levels. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';

test('without audio the page has real parameters, levels that move, and says that they are synthetic', async () => {
  const { browser, world } = session;
  // Beside the start with sound, which a person is asked about.
  const live = world.start(['--again']);
  try {
    const { ui_url, inspector_url } = await live.next('ready', { since: 0 });
    const { page, troubles, close } = await open(browser, ui_url);
    await page.getByText('No audio: these levels are synthetic.').waitFor();
    const meter = await page.getByRole('meter', { name: 'Left peak' }).elementHandle();
    const seen = await meter.getAttribute('aria-valuetext');
    await page.waitForFunction(([meter, seen]) => meter.ariaValueText !== seen, [meter, seen]);

    const output = page.getByRole('slider', { name: 'Output' });
    await output.press('Home');
    const second = await open(browser, ui_url);
    await second.page.getByText('Connected', { exact: true }).waitFor();
    const there = second.page.getByRole('slider', { name: 'Output' });
    assert.equal(await there.getAttribute('aria-valuetext'), '−36.0 dB');
    await page.screenshot({ path: picture('no-audio.png') });
    // The inspector offers nothing that needs sound.
    const inspector = await open(browser, inspector_url);
    await inspector.page.getByText('Connected', { exact: true }).waitFor();
    const needs = ['source', 'mode', 'bypass', 'mute', 'restart', 'volume-control'];
    await inspector.page.waitForFunction((ids) => ids.every((id) => document.getElementById(id).disabled), needs);
    assert.equal(await inspector.page.locator('#source').inputValue(), '');
    assert.deepEqual([...troubles, ...second.troubles, ...inspector.troubles], []);
    await inspector.close();
    await second.close();
    await close();
    await live.stop();
    assert.deepEqual(live.events.at(-1), { event: 'stopped', orphans: 0 });
  } finally {
    await live.end();
  }
});
