/** The transport: what is done with it, what is shown of it, and what it says of a processor that isn't told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { time } from '../support/project.js';
import { until } from '../support/until.js';

const last = () => calls('setTransport').at(-1);

for (const [width, height, colorScheme] of [[390, 844, 'light'], [1280, 900, 'dark']]) {
  test(`it plays, stops, taps, repeats and takes a tempo at ${width} pixels`, async () => {
    const { page, troubles, close } = await inspector({ viewport: { width, height }, colorScheme });
    const card = page.getByRole('region', { name: 'Transport' });
    const tempo = card.getByRole('textbox', { name: 'Tempo' });
    await card.getByText('2.1', { exact: true }).waitFor();
    assert.deepEqual([await tempo.inputValue(), await card.getByLabel('Loop').inputValue()], ['98.5', '4']);

    await card.getByRole('button', { name: 'Stop' }).click();
    await until(() => last()?.playing === false, 'it is stopped');
    alone.server.tell('transportChanged', { ...time, playing: false, position_beats: 9.5, loop_bars: 3 });
    await card.getByRole('button', { name: 'Play' }).waitFor();
    await card.getByText('3.2', { exact: true }).waitFor();
    await card.getByText('5.8 s').waitFor();
    assert.equal(await card.getByLabel('Loop').inputValue(), '3', 'a number that the list lacked');

    // The space bar plays where nothing has the focus, and is a field's own where one has it.
    await page.locator('#transport-title').click();
    await page.keyboard.press(' ');
    await until(() => last().playing === true, 'the space bar plays');
    const asked = calls('setTransport').length;
    await page.getByRole('textbox', { name: 'Numbers' }).or(tempo).last().press(' ');
    await page.keyboard.press('Escape');

    await tempo.fill('1000');
    await tempo.press('Enter');
    await card.getByText('1000 is out of range: 20 to 999 BPM.').waitFor();
    await tempo.press('Escape');
    await tempo.fill('128,5');
    await tempo.press('Enter');
    await until(() => last().tempo === 128.5, 'a tempo is typed');
    alone.server.tell('transportChanged', { ...time, tempo: 128.5 });
    await page.waitForFunction(() => document.getElementById('transport-tempo').value === '128.5');
    for (const [key, expected] of [['ArrowUp', 129.5], ['Shift+ArrowDown', 129.4], ['PageDown', 119.4]]) {
      await tempo.press(key);
      await until(() => last().tempo === expected, key);
    }
    assert.equal(calls('setTransport').length, asked + 4, 'no key did more');

    await card.getByLabel('Loop').selectOption('0');
    await until(() => last().loop_bars === 0, 'nothing is repeated');
    await card.getByRole('button', { name: 'To start' }).click();
    await until(() => last().position_beats === 0, 'back to the start');
    await card.getByRole('button', { name: 'Tap' }).click();
    await until(() => calls('tapTempo').length === 1, 'a tap');

    alone.server.tell('transportChanged', { ...time, reaches: 'reset' });
    await card.getByText('This project’s plugin library gets no tempo').waitFor();
    assert.deepEqual(await obstacles(page), []);
    await card.scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture(`inspector-transport-${width}-${colorScheme}.png`) });
    assert.deepEqual(troubles, []);
    await close();
  });
}

test('what is refused is said, and everything shows what the server has; without sound there is none', async () => {
  const { page, troubles, close } = await inspector({ viewport: { width: 1280, height: 900 } });
  const card = page.getByRole('region', { name: 'Transport' });
  alone.server.answers.setTransport = () => {
    throw new Error('a tempo is 20 to 999 beats per minute, not 19.99');
  };
  await card.getByLabel('Loop').selectOption('1');
  await page.getByRole('alert').filter({ hasText: 'a tempo is 20 to 999' }).waitFor();
  await page.waitForFunction(() => document.getElementById('transport-loop').value === '4');
  await close();
  assert.deepEqual(troubles, []);

  const silent = await inspector({ viewport: { width: 1280, height: 900 } });
  alone.server.answers.getTransport = () => {
    throw new Error('this project runs without audio');
  };
  await silent.page.reload();
  await silent.page.getByText('Connected', { exact: true }).waitFor();
  await silent.page.getByRole('region', { name: 'Transport' }).waitFor({ state: 'hidden' });
  await silent.close();
});
