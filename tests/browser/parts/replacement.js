/** A change in the page's sources is seen at once, in the page that runs, and the sound knows nothing of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '../support/session.js';
import { whileItSounds } from '../support/sound.js';

test('a changed component is replaced in the running page', async () => {
  const { page, world } = session;
  const output = page.getByRole('slider', { name: 'Output' });
  await page.evaluate(() => (window.stillTheSamePage = true));
  const before = await output.getAttribute('aria-valuetext');
  await whileItSounds(async () => {
    world.edit('ui/src/components/Scope.tsx', 'Scope <small>', 'Oscilloscope <small>');
    await page.getByRole('heading', { level: 2, name: 'Oscilloscope' }).waitFor();
  });
  assert.equal(await page.evaluate(() => window.stillTheSamePage), true);
  assert.equal(await output.getAttribute('aria-valuetext'), before);
});
