/** The strip of the source, and the pictures that are asked for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector } from '../support/alone.js';
import { moment, source } from '../support/project.js';
import { until } from '../support/until.js';

test('the file that plays is named, sought by a click, and looped by a drag or by keys', async () => {
  const { page, troubles, close } = await inspector();
  await page.getByText(source.name, { exact: true }).waitFor();
  alone.server.tell('meterUpdate', { ...moment(1).meterUpdate, position_frames: 240_000 });
  await page.getByText('5.0 of 10.0 s').waitFor();
  const box = await page.locator('#wave-box').boundingBox();
  const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
  const near = (frames, share) => Math.abs(frames / source.length_frames - share) < 0.01;
  await page.mouse.click(...at(0.4));
  await until(() => calls('seek').length === 1, 'a click seeks');
  assert.ok(near(calls('seek')[0].frame, 0.4));
  await page.mouse.move(...at(0.8));
  await page.mouse.down();
  await page.mouse.move(...at(0.6), { steps: 5 });
  await page.mouse.up();
  await until(() => calls('setLoop').length === 1, 'a drag loops');
  const [{ from_frames: from, to_frames: to }] = calls('setLoop');
  assert.ok(near(from, 0.6) && near(to, 0.8), `${from} to ${to}`);
  // An end is taken hold of, and the other stays.
  await page.mouse.move(...at(0.6));
  await page.mouse.down();
  await page.mouse.move(...at(0.3), { steps: 5 });
  await page.mouse.up();
  await until(() => calls('setLoop').length === 2, 'an end is moved');
  assert.ok(near(calls('setLoop')[1].from_frames, 0.3) && calls('setLoop')[1].to_frames === to);
  const end = page.getByRole('slider', { name: 'Loop to' });
  await end.press('ArrowLeft');
  await until(() => calls('setLoop').length === 3, 'a key moves an end');
  assert.equal(calls('setLoop')[2].to_frames, to - source.length_frames / 100);
  assert.match(await end.getAttribute('aria-valuetext'), /^7\.\d\d s$/);
  await end.press('Escape');
  await until(() => calls('setLoop').length === 4, 'Escape ends the loop');
  assert.deepEqual(calls('setLoop')[3], {});
  await page.getByText('Drag to loop a part').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Whole file' }).isDisabled(), true);
  await page.getByRole('slider', { name: 'Position in the file' }).press('Home');
  await until(() => calls('seek').length === 2, 'a key seeks');
  assert.equal(calls('seek')[1].frame, 0);
  await page.getByLabel('Recent files').selectOption('2');
  await until(() => calls('chooseRecent').length === 1, 'a recent file is chosen');
  assert.deepEqual(calls('chooseRecent'), [{ number: 2 }]);
  // A file that is gone says so, in the same place.
  alone.server.answers.getSource = { ...source, trouble: 'bass.flac is gone.' };
  alone.server.tell('sourceChanged', {});
  await page.getByText('bass.flac is gone.').waitFor();
  assert.deepEqual(troubles, []);
  await close();
});

test('the span, the edge and the level of the scope are asked for, and the pictures say what they are of', async () => {
  const { page, close } = await inspector();
  const asked = () => calls('subscribe').at(-1);
  assert.deepEqual([asked().hz, asked().scope], [30, { span_ms: 10, edge: 'rising', level: 0 }]);
  await page.getByLabel('Span').selectOption('500');
  await page.getByLabel('Edge').selectOption('falling');
  await until(() => asked().scope.edge === 'falling', 'the page asks again');
  assert.deepEqual(asked().scope, { span_ms: 500, edge: 'falling', level: 0 });
  alone.server.tell('scopeUpdate', moment(1, asked().scope).scopeUpdate);
  await page.locator('#scope-note').filter({ hasText: '500 ms' }).waitFor();
  alone.server.tell('spectrumUpdate', moment(1).spectrumUpdate);
  await page.getByText('loudest 1.00 kHz, −12.0 dB').waitFor();
  // Held, the picture stays.
  await page.getByRole('switch', { name: 'Hold', exact: true }).check();
  const held = await page.locator('#scope').evaluate((canvas) => canvas.toDataURL());
  alone.server.tell('scopeUpdate', moment(2.3, asked().scope).scopeUpdate);
  alone.server.tell('scopeUpdate', moment(2.4, asked().scope).scopeUpdate);
  await page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 100)));
  assert.equal(await page.locator('#scope').evaluate((canvas) => canvas.toDataURL()), held);
  await close();
});
