import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sender } from '../../../crates/dev-server/src/inspector/sender.js';

/** A server that answers when it is told to. */
function slowServer() {
  const asked = [];
  const request = (id, value) => new Promise((resolve, reject) => asked.push({ id, value, resolve, reject }));
  return { asked, request };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('while one value waits for its answer only the last of the others is kept', async () => {
  const { asked, request } = slowServer();
  const sender = new Sender(request, assert.fail);
  for (const value of [1, 2, 3]) void sender.send('gain', value);
  void sender.send('tone', 9);
  assert.deepEqual(asked.map(({ id, value }) => [id, value]), [['gain', 1], ['tone', 9]]);
  asked[0].resolve({});
  await settled();
  assert.deepEqual([asked[2].id, asked[2].value], ['gain', 3]);
  assert.equal(sender.waits('gain'), true);
  asked[2].resolve({});
  await settled();
  assert.equal(sender.waits('gain'), false);
  assert.equal(asked.length, 3);
});

test('what is refused is told, and the next value goes out again', async () => {
  const { asked, request } = slowServer();
  const refused = [];
  const sender = new Sender(request, (error, id) => refused.push([error.message, id]));
  void sender.send('gain', 99);
  asked[0].reject(new Error('out of range'));
  await settled();
  assert.deepEqual(refused, [['out of range', 'gain']]);
  void sender.send('gain', 1);
  assert.equal(asked[1].value, 1);
});

test('what the server says of a value that is on its way is seen after its answer, and only its last word', async () => {
  const { asked, request } = slowServer();
  const seen = [];
  const sender = new Sender(request, assert.fail);
  sender.after('gain', () => seen.push('at once'));
  void sender.send('gain', 1);
  void sender.send('gain', 2);
  for (const word of ['first', 'last']) sender.after('gain', () => seen.push(word));
  sender.after('tone', () => seen.push('another'));
  asked[0].resolve({});
  await settled();
  assert.deepEqual(seen, ['at once', 'another']);
  asked[1].resolve({});
  await settled();
  assert.deepEqual(seen, ['at once', 'another', 'last']);
});

test('who waits for everything to be answered goes on after the last answer', async () => {
  const { asked, request } = slowServer();
  const sender = new Sender(request, () => {});
  await sender.settled();
  let all = false;
  void sender.send('gain', 1);
  void sender.send('gain', 2);
  void sender.send('tone', 1);
  void sender.settled().then(() => (all = true));
  asked[0].resolve({});
  asked[1].reject(new Error('no'));
  await settled();
  assert.equal(all, false);
  asked[2].resolve({});
  await settled();
  assert.equal(all, true);
});
