/** A page's Content-Security-Policy lets it connect where it is led, and nowhere else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit } from '../../../crates/cli/src/page/vite/policy.mjs';

test('the port comes beside the usual one, wherever that is allowed', () => {
  const at = (policy) => admit(policy, '9001');
  assert.equal(at("connect-src 'self' ws://127.0.0.1:9000"), "connect-src 'self' ws://127.0.0.1:9000 ws://127.0.0.1:9001");
  assert.equal(at('default-src ws://localhost:9000; img-src *'), 'default-src ws://localhost:9000 ws://127.0.0.1:9001; img-src *');
  assert.equal(at('connect-src localhost:9000'), 'connect-src localhost:9000 ws://127.0.0.1:9001');
});

test('what isn’t allowed stays so', () => {
  for (const policy of ["connect-src 'self'", "default-src 'none'", 'img-src ws://127.0.0.1:9000', 'connect-src ws://127.0.0.1:90001', '']) {
    assert.equal(admit(policy, '9001'), policy);
  }
});
