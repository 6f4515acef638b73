/** The last of all: nothing was complained of on the way, and nothing is left. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '../support/session.js';

test('the console of the page had no errors', () => {
  assert.deepEqual(session.troubles, []);
});

test('the command ends with nothing left behind', async () => {
  await session.live.stop();
  assert.deepEqual(session.live.events.at(-1), { event: 'stopped', orphans: 0 });
});
