/** The numbers of a signal, typed beside its kind. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, calls, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';
import { source, stats, tone } from '../support/project.js';
import { until } from '../support/until.js';

const plays = (signal, kind = 'tone') => {
  alone.server.answers.getSource = { source: kind, sample_rate: 48_000, recent: source.recent, signal };
  alone.server.tell('sourceChanged', {});
  alone.server.tell('stats', { ...stats, source: kind, file: undefined });
};

for (const [width, height] of [[390, 844], [1280, 900], [2560, 1440]]) {
  test(`numbers are typed, refused with the reason, and taken at ${width} pixels`, async () => {
    const { page, troubles, close } = await inspector({ viewport: { width, height } });
    const field = page.getByRole('textbox', { name: 'Numbers' });
    assert.equal(await field.isDisabled(), true, 'a file has none');
    plays(tone);
    await page.getByText('Tone 1 kHz, −12 dBFS').waitFor();
    assert.equal(await field.inputValue(), 'tone');
    assert.equal(await page.locator('#signal-help').textContent(), 'Written tone[:HZ][@DB]');

    // What is wrong is said where every refusal is, and what was typed stays, to be corrected.
    const wrong = '`tone:44O` is no signal: a frequency is 0.1 to 192000 Hz, as a plain number. Write tone[:HZ][@DB], such as tone:440@-20';
    alone.server.answers.setSource = ({ source }) => {
      if (source.includes('O')) throw new Error(wrong);
      return {};
    };
    await field.fill('tone:44O');
    await field.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'a frequency is 0.1 to 192000 Hz' }).waitFor();
    assert.deepEqual([await field.inputValue(), await field.getAttribute('aria-invalid')], ['tone:44O', 'true']);
    assert.deepEqual(await obstacles(page), []);
    await page.screenshot({ path: picture(`inspector-signal-${width}.png`) });
    await field.fill('tone:440@-20');
    assert.equal(await field.getAttribute('aria-invalid'), null);
    await field.press('Enter');
    await until(() => calls('setSource').length === 2, 'the signal is asked for');
    assert.deepEqual(calls('setSource'), [{ source: 'tone:44O' }, { source: 'tone:440@-20' }]);
    plays({ ...tone, text: 'tone:440@-20', label: 'Tone 440 Hz, −20 dBFS' });
    await page.getByText('Tone 440 Hz, −20 dBFS').waitFor();
    assert.equal(await field.inputValue(), 'tone:440@-20');

    // Escape takes back what was typed, and so does leaving the field with something that is refused.
    await field.fill('tone:1');
    await field.press('Escape');
    assert.equal(await field.inputValue(), 'tone:440@-20');
    await field.fill('tone:O');
    await field.blur();
    await page.waitForFunction(() => document.getElementById('signal-text').value === 'tone:440@-20');

    // Another kind is chosen as before.
    await page.getByLabel('Source').selectOption('twotone');
    await until(() => calls('setSource').at(-1).source === 'twotone', 'a kind is chosen');
    assert.deepEqual(troubles, []);
    await close();
  });
}
