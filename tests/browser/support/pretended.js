/** A server that pretends to be a project's, for the inspector alone: it serves the page's own files and says on its WebSocket
 * what a test wants, as docs/protocol.md has it. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { accept } from './socket.js';
import { inspectorFiles } from './paths.js';

/** A key of the right form; every other is refused. */
export const KEY = 'A'.repeat(43);

const KINDS = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class Pretended {
  /** Every call of a page: `{method, params}`. */
  asked = [];
  /** What is answered, by method: a value, or a function of the params; one that throws refuses. */
  answers;
  /** Is the key that pages have still the right one? */
  lets = true;
  #server;
  #folder;
  #pages = new Set();

  constructor(answers, folder = inspectorFiles) {
    this.answers = answers;
    this.#folder = folder;
  }

  /** Listens, by default at a free port. */
  async open(port = 0) {
    this.#server = createServer((request, response) => this.#serve(request.url, response));
    this.#server.on('upgrade', (request, stream) => this.#upgrade(request, stream));
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}/#wc=${KEY}`;
  }

  /** Tells every page. */
  tell(method, params) {
    const text = JSON.stringify({ jsonrpc: '2.0', method, params });
    for (const page of this.#pages) page.send(text);
  }

  /** Ends every page's connection, as a server that ends does. */
  part(code, reason) {
    for (const page of this.#pages) page.close(code, reason);
  }

  async close() {
    this.part(1001, 'ended');
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(url, response) {
    const name = url === '/' ? 'index.html' : url.replace('/inspector/', '');
    try {
      const text = readFileSync(`${this.#folder}/${name}`);
      const kind = KINDS[name.split('.').at(-1)];
      response.writeHead(200, { 'content-type': `${kind}; charset=utf-8`, 'content-security-policy': POLICY, 'cache-control': 'no-store' });
      response.end(text);
    } catch {
      response.writeHead(404).end();
    }
  }

  #upgrade(request, stream) {
    const right = request.headers['sec-websocket-protocol'] === `wavecraft.v1, wct.${KEY}`;
    if (!this.lets || !right) return stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    const page = accept(request, stream, (text) => this.#answer(page, JSON.parse(text)), () => this.#pages.delete(page));
    this.#pages.add(page);
  }

  #answer(page, { id, method, params }) {
    this.asked.push({ method, params });
    const answer = this.answers[method];
    const said = (more) => page.send(JSON.stringify({ jsonrpc: '2.0', id, ...more }));
    if (answer === undefined) return said({ error: { code: -32601, message: `there is no method \`${method}\`` } });
    try {
      said({ result: typeof answer === 'function' ? answer(params) : answer });
    } catch ({ message, code = -32603 }) {
      said({ error: { code, message } });
    }
  }
}
