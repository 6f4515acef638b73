/** The page for everybody: axe's rules in both schemes, a narrow screen, less motion, the keyboard alone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious in the ${colorScheme} scheme`, async () => {
    const { page } = session;
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await obstacles(page), []);
    await page.screenshot({ path: picture(`${colorScheme}.png`) });
  });
}

test('on a screen of 320 pixels everything is there, and nothing is scrolled sideways', async () => {
  const { page } = session;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const tooWide = await page.evaluate(() => {
    const all = [...document.querySelectorAll('body *')];
    const wide = all.filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5);
    const scrolls = document.documentElement.scrollWidth > innerWidth;
    return { scrolls, wide: wide.map((element) => element.outerHTML.slice(0, 200)) };
  });
  assert.deepEqual(tooWide, { scrolls: false, wide: [] });
  for (const control of await page.getByRole('slider').all()) assert.ok((await control.boundingBox()).width > 150);
  assert.deepEqual(await obstacles(page), []);
  await page.screenshot({ path: picture('narrow.png'), fullPage: true });
  await page.setViewportSize(before);
});

test('the keyboard alone reaches every control, and shows where it is', async () => {
  const { page } = session;
  const controls = await page.locator('main').locator('input:enabled, select:enabled, button:enabled').count();
  await reload();
  const reached = new Set();
  for (let times = 0; times < controls; times++) {
    await page.keyboard.press('Tab');
    const { name, outline } = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { name: element.ariaLabel || element.id || element.textContent, outline: `${outlineStyle} ${outlineWidth}` };
    });
    assert.equal(outline, 'solid 2px', name);
    reached.add(name);
  }
  assert.equal(reached.size, controls);
  await page.screenshot({ path: picture('focus.png') });
});

test('whoever asked for less motion gets less of it', async () => {
  const { page } = session;
  const rate = async () => {
    await reload();
    const said = session.sockets.flatMap(({ said }) => said).filter((text) => text.includes('"subscribe"'));
    return JSON.parse(said.at(-1)).params.hz;
  };
  const transition = () =>
    page.getByRole('switch').evaluate((element) => getComputedStyle(element).transitionDuration);
  assert.equal(await rate(), 30);
  assert.notEqual(await transition(), '0s');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.ok((await rate()) <= 5);
  assert.equal(await transition(), '0s');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
});

async function reload() {
  await session.page.reload();
  await session.page.getByText('Connected', { exact: true }).waitFor();
}
