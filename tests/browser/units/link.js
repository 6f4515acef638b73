import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from '../../../crates/dev-server/src/inspector/link.js';

const says = (...given) => verdict(...given).says.join(' · ');

test('a connection that ended with its start says so at once, and which key brings the page back', () => {
  assert.match(says({ code: 1001, reason: 'ended', opened: true }, null), /wavecraft start has ended.*press i/);
  assert.match(says({ code: 1001, reason: 'companion', opened: true }, null), /wavecraft start brings it back/);
});

test('a refused key of a server that answers is one of an earlier start', () => {
  const end = { code: 1006, reason: '', opened: false };
  assert.equal(verdict(end, null), null, 'it has to ask first');
  assert.match(says(end, true), /belongs to an earlier start\. Press i in the terminal/);
  assert.match(says(end, false), /Nobody answers here/);
  // Only where it may be let in again it tries often.
  assert.ok(verdict(end, true).pause > 10_000 && verdict(end, false).pause === undefined);
});

test('a connection that only broke is tried again', () => {
  assert.match(says({ code: 1008, reason: 'too slow', opened: true }, null), /Connecting… .*too slow/);
});
