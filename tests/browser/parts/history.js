/** What was done by hand is undone by hand: on the page and in the inspector, which have one history. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';
import { untilLevel, level } from '../support/sound.js';

const text = (slider) => slider.getAttribute('aria-valuetext');

/** Drags a slider with the mouse, from where it is to a part of its length. */
async function drag(page, slider, to) {
  await slider.hover();
  const { x, y, width, height } = await slider.boundingBox();
  await page.mouse.move(x + width * 0.5, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * to, y + height / 2, { steps: 10 });
  await page.mouse.up();
}

test('a drag is one step for the page and the inspector, and each undoes what the other did', async () => {
  const { page } = session;
  const inspector = await open(session.browser, session.ready.inspector_url);
  await inspector.page.getByText('Connected', { exact: true }).waitFor();
  const here = page.getByRole('slider', { name: 'Output' });
  const there = inspector.page.getByRole('slider', { name: 'Output', exact: true });
  const is = (on, slider, value) => slider.elementHandle().then((element) => on.waitForFunction(([element, value]) => element.ariaValueText === value, [element, value]));
  const steps = () => inspector.page.evaluate(() => Number(/(\d+) steps/.exec(document.getElementById('undo').title)?.[1] ?? 1));

  const [before, loud] = [await text(here), await level()];
  // Whatever was moved before has its own step.
  await page.getByRole('heading', { level: 1 }).click();
  await drag(page, here, 0.2);
  const dragged = await text(here);
  assert.notEqual(dragged, before);
  await is(inspector.page, there, dragged);
  await inspector.page.waitForFunction(() => /^Undo Output/.test(document.getElementById('undo').title));
  const all = await steps();
  await inspector.page.getByRole('button', { name: 'Undo', exact: true }).click();
  await is(page, here, before);
  await is(inspector.page, there, before);
  await untilLevel(loud);
  assert.equal(await steps(), Math.max(1, all - 1));

  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('Control+Shift+Z');
  await is(inspector.page, there, dragged);
  await inspector.page.locator('h1').click();
  await drag(inspector.page, there, 0.8);
  const other = await text(there);
  await is(page, here, other);
  for (const wanted of [dragged, before]) {
    await page.keyboard.press('Control+z');
    await is(page, here, wanted);
    await is(inspector.page, there, wanted);
  }
  assert.equal(await page.getByRole('button', { name: 'Redo' }).isEnabled(), true);
  assert.deepEqual(inspector.troubles, []);
  await page.screenshot({ path: picture('undo.png') });
  await inspector.close();
});
