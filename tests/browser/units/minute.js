import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session, blocks } from '../../../crates/dev-server/src/inspector/figures.js';
import { second } from '../../../crates/dev-server/src/inspector/minute.js';
import { stats } from '../support/project.js';

const late = (too_slow) => ({ not_scheduled: 0, too_slow, queue_full: 0, device: 0 });

test('the load is the processor’s own, of the last second', () => {
  assert.equal(second(stats, null).load, stats.processor_load.last_second);
  const [name, value] = blocks(stats)[0];
  assert.deepEqual([name, value], ['Load', '28.0 · 84.0 · 72.8 %']);
  // The audio thread's is a detail.
  assert.ok(!blocks(stats).some(([name]) => name === 'Audio thread'));
  assert.equal(session(stats)[0][0], 'Audio thread');
});

test('late blocks are counted over a new build', () => {
  const before = { ...stats, total: { ...stats.total, late_blocks: late(5) } };
  const swapped = { ...stats, late_blocks: late(1), total: { ...stats.total, late_blocks: late(7) } };
  assert.equal(second(swapped, before).late, 2);
  const { total, ...alone } = stats;
  assert.equal(second({ ...alone, late_blocks: late(1) }, { ...alone, late_blocks: late(9) }).late, 1);
});
