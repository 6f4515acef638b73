/** A pretended server and a page of the inspector on it, made before the tests of a file and ended after. */

import { after, before } from 'node:test';
import { launch, open } from './browser.js';
import { Pretended } from './pretended.js';
import { answers } from './project.js';

export const alone = { /** @type {Pretended} */ server: undefined, browser: undefined };

before(async () => {
  alone.server = await new Pretended(answers()).open();
  alone.browser = await launch();
});

after(async () => {
  await alone.browser?.close();
  await alone.server?.close();
});

/** A connected page that has everything of the project. */
export async function inspector(options) {
  alone.server.answers = answers();
  alone.server.asked.length = 0;
  alone.server.lets = true;
  const opened = await open(alone.browser, alone.server.url, options);
  await opened.page.getByText('Connected', { exact: true }).waitFor();
  await opened.page.locator('#source-name').filter({ hasText: /./ }).waitFor();
  return opened;
}

/** The calls of a method so far. */
export const calls = (method) => alone.server.asked.filter((call) => call.method === method).map(({ params }) => params);
/** The parameters that were set so far, whatever gesture it was. */
export const moves = () => calls('setParameter').map(({ id, value }) => ({ id, value }));
