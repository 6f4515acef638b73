/** What the processor does that an audio thread must not: each place with a count that grows, and what nobody watches. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { stats } from '../support/project.js';

const push = (count) => ({
  kind: 'allocation', what: 'allocates 96 bytes', through: 'Vec::push', count, blocks: 400,
  place: { function: 'saturator::Saturator::process', file: 'engine/src/saturator.rs', line: 113 },
});
const sleep = { kind: 'systemCall', what: 'sleeps (clock_nanosleep)', count: 1, blocks: 1, whyNoPlace: '<b>it is in libm.so.6</b>' };
const notice = { id: 'realtime', text: 'Not safe on an audio thread: engine/src/saturator.rs:113 in Saturator::process allocates 96 bytes (Vec::push). Under load this can click or drop out.' };
const tell = (realtime, notices = []) => alone.server.tell('stats', { ...stats, realtime, notices });

for (const [width, colorScheme] of [[390, 'light'], [1280, 'dark'], [2560, 'dark']]) {
  test(`each place is listed at ${width} pixels, and nothing moves for it`, async () => {
    const { page, troubles, close } = await inspector({ viewport: { width, height: 900 }, colorScheme });
    const card = page.locator('section', { has: page.getByRole('heading', { name: 'Real time', exact: true }) });
    tell({ watched: true, violations: [], elsewhere: 0 });
    await card.getByText('Nothing that an audio thread must not do was seen in 37,500 blocks.').waitFor();
    const before = await page.locator('#devices-title').boundingBox();

    tell({ watched: true, violations: [push(412), sleep], unwatched: ['Frees aren’t watched: so.'], elsewhere: 3 }, [notice]);
    await card.getByText('engine/src/saturator.rs:113 in Saturator::process allocates 96 bytes by Vec::push 412 × in 400 blocks').waitFor();
    await card.getByText('And 3 × at other places. Frees aren’t watched: so.').waitFor();
    await card.getByText('<b>it is in libm.so.6</b>').waitFor();
    assert.deepEqual(await page.locator('#devices-title').boundingBox(), before);
    assert.deepEqual(await obstacles(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await card.scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture(`inspector-realtime-${width}.png`) });

    // Only the count changes: the line stays the same element.
    await card.locator('li').first().evaluate((line) => { line.dataset.kept = 'yes'; });
    tell({ watched: true, violations: [push(1500), sleep], elsewhere: 0 });
    await card.getByText('1,500 × in 400 blocks').waitFor();
    assert.equal(await card.locator('li').first().getAttribute('data-kept'), 'yes');

    tell({ watched: true, violations: [], elsewhere: 0 });
    await card.locator('li').first().waitFor({ state: 'detached' });
    tell({ watched: false, violations: [], unwatched: ['Nothing is watched: so it was wished.'], elsewhere: 0 });
    await card.getByText('Nothing is watched: so it was wished.').waitFor();
    await card.getByText('Nothing that an audio').waitFor({ state: 'hidden' });
    assert.deepEqual(troubles, []);
    await close();
  });
}
