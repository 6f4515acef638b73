/** A syntax error in the DSP stands on the page until it is mended, and the sound goes on all the while. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { session } from '../support/session.js';
import { level, untilLevel, whileItSounds } from '../support/sound.js';

const FILE = 'engine/src/saturator.rs';

test('a syntax error is shown with its place, and goes away when it is mended', async () => {
  const { live, page, world } = session;
  const overlay = page.getByRole('region', { name: 'Build failed' });
  const failed = ({ status }) => status === 'failed';
  const built = ({ status }) => status === 'ok';

  const { mend, since } = await whileItSounds(async () => {
    const since = live.now;
    const mend = world.edit(FILE, 'let mix = self.mix.next();', 'let mix = = self.mix.next();');
    const { errors } = await live.next('build', { since, fits: failed, what: 'a failed build' });
    assert.match(errors, /expected expression/);
    await overlay.getByText('expected expression').first().waitFor();
    const line = world.lineOf(FILE, 'let mix = =');
    assert.ok((await overlay.textContent()).includes(`src/saturator.rs:${line}:`));
    return { mend, since };
  });
  await page.screenshot({ path: picture('overlay.png') });
  assert.deepEqual(await obstacles(page), []);

  // A page that is opened now hears of it too.
  await page.reload();
  await overlay.getByText('expected expression').first().waitFor();

  await whileItSounds(async () => {
    const since = live.now;
    mend();
    await live.next('build', { since, fits: built, what: 'a build that works' });
    await overlay.waitFor({ state: 'detached' });
  });
  assert.ok(live.events.slice(since).every(({ state }) => state !== 'crashed' && state !== 'held'));
});

test('a change of the DSP is heard, with the values from before', async () => {
  const { live, page, world } = session;
  const output = page.getByRole('slider', { name: 'Output' });
  await output.press('PageDown');
  const [before, shown] = [await level(), await output.getAttribute('aria-valuetext')];
  const since = live.now;
  world.edit(FILE, 'channel[frame] = output *', 'channel[frame] = 0.5 * output *');
  const { build_ms, swap_ms } = await live.next('reloaded', { since });
  assert.ok(build_ms > 0 && swap_ms >= 0);
  await untilLevel(before - 6.02);
  assert.equal(await output.getAttribute('aria-valuetext'), shown);
  await output.press('Delete');
});
