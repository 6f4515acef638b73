/** A page in a plugin: its window is played by Chromium, and the plugin behind it is the real one, with a host that tells. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { pageHost } from './paths.js';
import { until } from './until.js';

const ORIGIN = 'http://plugin.invalid';
const MIME = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** Opens the built page of `folder`. `told` fills with what the host is told, `strangers` with what the page asks of the network. */
export async function openInPlugin(browser, folder, options = {}) {
  const plugin = spawn(pageHost, { stdio: ['pipe', 'pipe', 'inherit'] });
  const say = (line) => plugin.stdin.write(`${JSON.stringify(line)}\n`);
  const [told, strangers, troubles, scripts] = [[], [], [], []];
  let window;
  let page;
  let running = Promise.resolve();
  createInterface({ input: plugin.stdout }).on('line', (line) => {
    const { window: before, run, host } = JSON.parse(line);
    if (before) window = before;
    if (host) told.push(host);
    if (run) running = running.then(() => page.evaluate(run)).catch((error) => scripts.push(error));
  });
  await until(() => window !== undefined, 'the plugin tells what its window does');
  const [channel, policy] = window;

  const context = await browser.newContext({ viewport: { width: 900, height: 640 }, ...options });
  page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('websocket', (socket) => strangers.push(socket.url()));
  await page.route('**/*', (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin !== ORIGIN) {
      strangers.push(route.request().url());
      return route.abort();
    }
    const file = pathname === '/' ? '/index.html' : normalize(pathname);
    const headers = { 'content-type': MIME[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy };
    return route.fulfill({ body: readFileSync(join(folder, file)), headers });
  });
  await page.exposeFunction('toPlugin', (text) => say({ page: text }));
  await page.addInitScript('window.webkit = { messageHandlers: { wavecraft: { postMessage: (text) => window.toPlugin(text) } } };');
  await page.addInitScript(channel);
  await page.goto(`${ORIGIN}/`);
  const close = async () => {
    await context.close();
    plugin.stdin.end();
  };
  return { page, told, strangers, troubles, scripts, say, close };
}
