/** Every version of Vite that a project may have. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { launch, open } from '../support/browser.js';
import { picture } from '../support/paths.js';
import { pack, unpack, World } from './world.js';

const MINUTES = 600_000;
let browser, client, stranger;
let strangers = 0;

before(async () => {
  client = await pack();
  const packed = readFileSync(`${client}/dist/index.js`, 'utf8');
  assert.ok(packed.includes('"ws://127.0.0.1:9000"') && !packed.includes('VITE_WS_URL'), packed);
  browser = await launch();
  // Whoever asks at the usual address meets a stranger: this one, or whoever has the port already. `start` connects to see
  // whether the port is taken, and asks nothing.
  stranger = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (strangers++, socket.destroy()));
  }).listen(9000, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve).once('error', resolve));
});

after(async () => {
  await browser?.close();
  stranger?.close();
  if (client) unpack(client);
});

const connected = (page) => page.locator('#state', { hasText: 'Connected' }).waitFor();
const bare = ({ ui_url }) => ui_url.split('#')[0];

/** As the script is asked for by another user of the machine, with all that a browser would say. */
async function askedByAnother(url) {
  const ask = `fetch(${JSON.stringify(url)}, { headers: { 'sec-fetch-site': 'same-origin' } }).then((answer) => answer.text()).then(console.log)`;
  const other = spawn(process.execPath, ['-e', ask], { uid: 65534, gid: 65534, cwd: '/' });
  let said = '';
  for (const output of [other.stdout, other.stderr]) output.setEncoding('utf8').on('data', (text) => (said += text));
  await once(other, 'close');
  return said;
}

for (const version of [5, 6, 7, 8]) {
  test(`with Vite ${version} the page connects, with the usual port taken by a stranger`, async () => {
    const world = new World();
    world.install('my-plugin/ui', client, version);
    const before = readdirSync(world.path('my-plugin/ui'), { recursive: true }).filter((name) => !name.startsWith('node_modules'));
    const live = world.start(['--ui-port', '19450']);
    try {
      const ready = await live.next('ready', { since: 0, limit: MINUTES });
      assert.ok(!ready.ws_url.includes(':9000/'), ready.ws_url);
      const token = ready.ws_url.split('/p/')[1];

      const { page, troubles, sockets } = await open(browser, ready.ui_url);
      await connected(page);
      await page.getByText('gain_level gain_fault').waitFor();
      await page.locator('#module', { hasText: 'Connected' }).waitFor();
      await page.locator('#classic', { hasText: 'Connected' }).waitFor();
      assert.equal(await page.locator('#mark').textContent(), 'first serve development ui');
      assert.equal(page.url(), bare(ready), 'the token is gone from the address bar');
      assert.ok(sockets.some(({ url }) => url === ready.ws_url), JSON.stringify(sockets));
      assert.deepEqual(troubles, []);
      await page.screenshot({ path: picture(`published-vite${version}.png`) });

      // Typed by hand, by either name of the machine.
      for (const url of [bare(ready), bare(ready).replace('127.0.0.1', 'localhost')]) {
        const typed = await open(browser, url);
        await connected(typed.page);
        await typed.close();
      }

      // Not for a stranger, not for a page of another site, and not where all may read it.
      const script = `${bare(ready)}@wavecraft/lead.js`;
      const asked = (headers) => fetch(script, { headers }).then((answer) => answer.text());
      assert.ok((await asked({ 'sec-fetch-site': 'same-origin' })).includes(token));
      for (const site of ['cross-site', 'same-site', 'none']) assert.ok(!(await asked({ 'sec-fetch-site': site })).includes(token));
      assert.ok(!(await asked({})).includes(token));
      for (const path of ['', 'src/main.ts', '@vite/client', '@vite/env']) {
        const text = await fetch(bare(ready) + path, { headers: { accept: '*/*' } }).then((answer) => answer.text());
        assert.ok(!text.includes(token), path);
      }
      if (process.getuid() === 0) {
        const text = await askedByAnother(script);
        assert.ok(text.includes('(null, ') && !text.includes(token), text);
      }

      // What the project's configuration imports starts Vite again, and the page is led all the same.
      writeFileSync(world.path('my-plugin/ui/mark.ts'), "export const mark: string = 'second';\n");
      await page.locator('#mark', { hasText: 'second' }).waitFor();
      await connected(page);

      // A tab of an earlier start finds its way to the next, on another port.
      await live.stop();
      const again = world.start(['--ui-port', '19450', '--port', '19352']);
      try {
        await again.next('ready', { since: 0, limit: MINUTES });
        await page.reload();
        await connected(page);
        await again.stop();
      } finally {
        await again.end();
      }
      assert.equal(strangers, 0, 'nobody asked at the usual address');
      const left = readdirSync(world.path('my-plugin/ui'), { recursive: true }).filter((name) => !name.startsWith('node_modules'));
      assert.deepEqual(left, before, 'nothing was written into the project');
      assert.deepEqual(readdirSync(world.path('home/builds')), []);
    } finally {
      await live.end();
      world.remove();
    }
  });
}
