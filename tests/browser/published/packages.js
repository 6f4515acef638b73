/** Where the page's packages come from, and what happens where they don't. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open } from '../support/browser.js';
import { pack, unpack, World } from './world.js';

const MINUTES = 600_000;
const { version: vite } = createRequire(import.meta.url)('vite8/package.json');
let browser, client;

before(async () => {
  client = await pack();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (client) unpack(client);
});

/** A registry that doesn't have the client's package until `publish` is called. */
async function registry() {
  const archive = join(dirname(client), 'core.tgz');
  execFileSync('tar', ['czf', archive, '-C', dirname(client), 'package']);
  const bytes = readFileSync(archive);
  let published = false;
  const server = createServer((request, answer) => {
    if (!published) return answer.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
    if (request.url.endsWith('.tgz')) return answer.end(bytes);
    const version = JSON.parse(readFileSync(`${client}/package.json`, 'utf8'));
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    version.dist = { tarball: `${url}/core.tgz`, integrity };
    const { name } = version;
    answer.end(JSON.stringify({ name, 'dist-tags': { latest: version.version }, versions: { [version.version]: version } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, publish: () => (published = true), close: () => server.close() };
}

test('a package that no registry has keeps the page away, and nothing else; it comes when the package does', async () => {
  const packages = await registry();
  const npmrc = join(dirname(client), 'npmrc');
  writeFileSync(npmrc, `@wavecraft:registry=${packages.url}/\nfetch-retries=0\n`);
  const world = new World('my-plugin', { NPM_CONFIG_USERCONFIG: npmrc });
  const manifest = world.path('my-plugin/ui/package.json');
  const edit = (from, to) => writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(from, to));
  edit('"dependencies"', `"devDependencies": { "vite": "${vite}" },\n  "dependencies"`);
  const live = world.start(['--install', '--port', '19360', '--ui-port', '19460']);
  try {
    const ready = await live.next('ready', { since: 0, limit: MINUTES });
    assert.equal(ready.ui_url, null);
    const trouble = live.events.find(({ event }) => event === 'error').message;
    for (const part of ['npm install', 'E404', '--no-ui', 'package.json']) assert.ok(trouble.includes(part), trouble);
    const inspector = await open(browser, ready.inspector_url);
    await inspector.page.locator('#inspector').waitFor();
    await inspector.close();

    packages.publish();
    edit('"^0.7.29"', '"0.7.29"');
    const { ui_url } = await live.next('page', { since: 0, limit: MINUTES });
    const { page, close } = await open(browser, ui_url);
    await page.locator('#state', { hasText: 'Connected' }).waitFor();
    await close();
    assert.equal(await live.stop(), 130);
    assert.deepEqual(live.events.at(-1), { event: 'stopped', orphans: 0 });
  } finally {
    await live.end();
    world.remove();
    packages.close();
  }
});

test('packages may lie in the folder of a workspace above', async () => {
  const world = new World('plugins/my-plugin');
  world.write('package.json', '{ "private": true, "workspaces": ["plugins/*/ui"] }\n');
  world.install('.', client, 8);
  const live = world.start(['--no-install', '--port', '19370', '--ui-port', '19470']);
  try {
    const ready = await live.next('ready', { since: 0, limit: MINUTES });
    const { page, close } = await open(browser, ready.ui_url);
    await page.locator('#state', { hasText: 'Connected' }).waitFor();
    await close();
    await live.stop();
  } finally {
    await live.end();
    world.remove();
  }
});

test('a page that is refused is told in the terminal and in the inspector', async () => {
  const world = new World();
  world.install('my-plugin/ui', client, 8);
  // More than Vite: the page isn't led, and nobody takes the address from the variable. It may connect to any port.
  const edit = (name, from, to) => {
    const path = world.path(`my-plugin/ui/${name}`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };
  edit('package.json', '"vite"', '"echo && vite"');
  edit('index.html', 'ws://127.0.0.1:9000', 'ws:');
  const live = world.start(['--port', '19380', '--ui-port', '19480']);
  try {
    const ready = await live.next('ready', { since: 0, limit: MINUTES });
    const inspector = await open(browser, ready.inspector_url);
    await inspector.page.getByText('Connected', { exact: true }).waitFor();
    const since = live.now;
    const refused = await open(browser, new URL('/', ready.ui_url).href);
    await refused.page.evaluate((url) => void new WebSocket(url), ready.ws_url.split('/p/')[0]);
    const { line } = await live.next('log', { since, fits: ({ line }) => line.includes('was refused') });
    assert.ok(line.includes(new URL(ready.ui_url).origin) && line.includes('`o`'), line);
    await inspector.page.getByText('was refused').waitFor();
    await inspector.close();
    await refused.close();
    await live.stop();
  } finally {
    await live.end();
    world.remove();
  }
});
