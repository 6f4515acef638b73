/** The processor is killed: the page says so, and goes on with its values when there is another. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '../support/session.js';
import { level, untilLevel } from '../support/sound.js';

test('a killed processor is told of, and its successor has the values from before', async () => {
  const { page, world } = session;
  const output = page.getByRole('slider', { name: 'Output' });
  await output.press('PageDown');
  const [before, shown] = [await level(), await output.getAttribute('aria-valuetext')];
  // What stands there for an instant is seen too, and where the page is meanwhile.
  await page.evaluate(() => {
    const notices = document.querySelector('.notices');
    const top = () => document.querySelector('main').getBoundingClientRect().top + scrollY;
    window.noticed = '';
    window.tops = [top()];
    new MutationObserver(() => {
      window.noticed += notices.textContent;
      window.tops.push(top());
    }).observe(notices, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });

  const killed = world.status().sessions[0].child_pid;
  const since = session.live.now;
  process.kill(killed, 'SIGKILL');
  await page.waitForFunction(() => window.noticed.includes('SIGKILL'));
  await session.live.next('state', { since, fits: ({ state }) => state === 'live', what: 'it is live again' });
  assert.notEqual(world.status().sessions[0].child_pid, killed);
  await page.waitForFunction(() => document.querySelector('.notices').textContent === '');
  const tops = await page.evaluate(() => window.tops);
  assert.deepEqual([...new Set(tops)], [tops[0]], 'a notice moves nothing');
  assert.equal(await output.getAttribute('aria-valuetext'), shown);
  await untilLevel(before);

  // The page still moves the new one.
  await output.press('Home');
  await untilLevel(before - parseFloat(shown.replace('−', '-')) - 36);
  await output.dblclick();
  await untilLevel(before - parseFloat(shown.replace('−', '-')));
});
