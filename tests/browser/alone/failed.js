/** A build that failed stays in sight, with the compiler's colours and links to the places. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alone, inspector } from '../support/alone.js';
import { obstacles } from '../support/obstacles.js';
import { picture } from '../support/paths.js';

const errors = 'error: expected expression, found `=`\n --> engine/src/saturator.rs:4:9\n  |\n4 | let mix = = <b>self</b>;\n  |           ^ expected expression\n';
const coloured = errors
  .replace('error', '\u001b[1m\u001b[91merror')
  .replace('`\n', '`\u001b[0m\n')
  .replace(' -->', ' \u001b[1m\u001b[94m-->\u001b[0m')
  .replace('^ exp', '\u001b[1m\u001b[91m^ exp');
const places = [{ file: 'engine/src/saturator.rs', line: 4, column: 9, path: '/home/ada/my-gain/engine/src/saturator.rs' }];

for (const colorScheme of ['light', 'dark']) {
  test(`a failed build is read in the ${colorScheme} scheme, hidden, and opened again`, async () => {
    const { page, troubles, close } = await inspector({ colorScheme });
    alone.server.tell('buildStatus', { status: 'failed', errors, coloured, places });
    const failed = page.getByRole('region', { name: 'Build failed' });
    const text = failed.locator('#build-errors');
    await text.getByText('expected expression, found').waitFor();
    assert.equal(await text.textContent(), errors, 'what is no colour is text');
    assert.equal(await text.locator('b').count(), 0);
    assert.equal(await text.getByRole('link').getAttribute('href'), 'vscode://file/home/ada/my-gain/engine/src/saturator.rs:4:9');
    assert.notEqual(
      await text.locator('.ansi-red').first().evaluate((element) => getComputedStyle(element).color),
      await text.evaluate((element) => getComputedStyle(element).color),
    );
    assert.deepEqual(await obstacles(page), []);
    await page.screenshot({ path: picture(`inspector-failed-${colorScheme}.png`) });
    await page.getByRole('button', { name: 'Hide' }).click();
    await failed.waitFor({ state: 'hidden' });
    const pill = page.getByRole('button', { name: 'Build failed' });
    assert.equal(await pill.getAttribute('aria-expanded'), 'false');
    await pill.click();
    await failed.waitFor();
    await page.keyboard.press('Escape');
    await failed.waitFor({ state: 'hidden' });
    await pill.waitFor();
    alone.server.tell('buildStatus', { status: 'ok', ms: 900 });
    await pill.waitFor({ state: 'hidden' });
    await page.getByText('Built in 0.9 s').waitFor();
    assert.deepEqual(troubles, []);
    await close();
  });
}
