/** The probes: a chart each, which a new build replaces, and which moves nothing that stands before it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { moment } from '../support/project.js';

/** A compressor's and an echo's probes at a moment, in seconds. */
const probes = (seconds) => [
  { name: 'gain_reduction', processor: 'compressor', last: -6 + 5 * Math.sin(seconds), least: -8 + 5 * Math.sin(seconds), greatest: -3 + 3 * Math.sin(seconds) },
  { name: 'envelope', processor: 'echo', ...(seconds % 3 > 1 ? { last: 0.25, least: 0.2, greatest: 0.3 } : { not_finite: 12 }) },
];

const tell = (seconds, shown) => {
  const { meterUpdate } = moment(seconds);
  alone.server.tell('meterUpdate', { ...meterUpdate, ...(shown && { probes: shown }) });
};

for (const [width, colorScheme] of [[390, 'light'], [1280, 'dark'], [2560, 'dark']]) {
  test(`each probe has its chart at ${width} pixels`, async () => {
    const { page, troubles, close } = await inspector({ viewport: { width, height: 900 }, colorScheme });
    const card = page.getByRole('region', { name: 'Probes' });
    tell(0);
    await page.locator('#output-meters output').first().filter({ hasText: /./ }).waitFor();
    assert.equal(await card.isVisible(), false, 'a processor without probes has no card');
    const before = await page.locator('#scope').boundingBox();
    for (let second = 0; second <= 12; second += 0.05) tell(1 + second, probes(second));
    const chart = page.getByRole('img', { name: /^gain_reduction of Look-ahead compressor: −/ });
    await chart.waitFor();
    await page.getByRole('img', { name: /^envelope of Echo: / }).waitFor();
    assert.match(await chart.getAttribute('aria-label'), /: −9\.09, in the last 10 seconds from −13\.0 to −\S+$/);
    assert.deepEqual(await page.locator('#scope').boundingBox(), before);
    // Drawn: the curve's colour is in it.
    const drawn = () => chart.evaluate((canvas) => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size);
    await page.waitForFunction(() => document.querySelector('.probe canvas').width > 0);
    assert.ok((await drawn()) > 4);
    assert.deepEqual(await obstacles(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await card.scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture(`inspector-probes-${width}.png`) });

    // The next build has another set, and then none; a name is text.
    tell(20, [{ name: '<b>x</b>', last: 1, least: 1, greatest: 1 }]);
    await page.getByRole('img', { name: '<b>x</b>: 1.00, in the last 10 seconds from 1.00 to 1.00' }).waitFor();
    assert.equal(await page.locator('.probe').count(), 1);
    tell(21);
    await card.waitFor({ state: 'hidden' });
    assert.deepEqual(troubles, []);
    await close();
  });
}
