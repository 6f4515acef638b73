/** The one world that all parts share: a created project that runs, and a browser. Made before them, ended after. */

import { after, before } from 'node:test';
import { launch, open } from './browser.js';
import { World } from './world.js';

/** npm installs and cargo compiles everything before the first sound, in ms. */
const FROM_NOTHING = 600_000;

export const session = {
  /** @type {World} */ world: undefined,
  /** @type {import('./live.js').Live} */ live: undefined,
  browser: undefined,
  /** The `ready` event. */
  ready: undefined,
  /** The project's page, connected; the parts follow each other on it. */
  page: undefined,
  /** What its console complained of. */
  troubles: undefined,
  /** Its WebSockets, the last one last. */
  sockets: undefined,
};

before(async () => {
  session.world = new World();
  session.world.create();
  session.live = session.world.start(['--with-audio', '--input', 'tone']);
  session.browser = await launch();
  session.ready = await session.live.next('ready', { since: 0, limit: FROM_NOTHING });
  Object.assign(session, await open(session.browser, session.ready.ui_url, { colorScheme: 'dark' }));
  await session.page.getByText('Connected', { exact: true }).waitFor();
});

// Whatever failed: nothing that was started here stays.
after(async () => {
  await session.browser?.close();
  await session.live?.end();
  session.world?.remove();
});
