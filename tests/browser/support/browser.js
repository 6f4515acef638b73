/** Debian's Chromium (Chrome elsewhere), and pages in it that are watched from their first moment. */

import { chromium } from 'playwright-core';
import { LIMIT } from './until.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch() {
  const program =
    process.platform === 'linux' ? { executablePath: '/usr/bin/chromium' } : { channel: 'chrome' };
  return chromium.launch({ ...program, args: FLAGS });
}

/**
 * Opens `url` in a tab that shares nothing with another. `troubles` fills with the errors of its console, `sockets` with
 * its WebSockets: where each goes, and what the page says on it.
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(LIMIT);
  const page = await context.newPage();
  const troubles = [];
  const sockets = [];
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('websocket', (socket) => {
    const said = [];
    sockets.push({ url: socket.url(), said });
    socket.on('framesent', ({ payload }) => said.push(String(payload)));
  });
  await page.goto(url);
  return { page, troubles, sockets, close: () => context.close() };
}
