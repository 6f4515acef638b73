/** `wavecraft start` while it runs: every line it says, kept in order, and the way to wait for one. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LIMIT, within } from './until.js';

export class Live {
  /** Every event so far. */
  events = [];
  #errors = '';
  #listeners = new Set();
  #process;
  #ended;

  constructor(program, args, options) {
    this.#process = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = createInterface({ input: this.#process.stdout });
    lines.on('line', (line) => {
      this.events.push(JSON.parse(line));
      for (const listener of this.#listeners) listener();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
    // Every line is read before the end is told.
    this.#ended = Promise.all([once(this.#process, 'exit'), once(lines, 'close')]).then(([[code]]) => code);
  }

  /** A mark: `next` with it looks only at what comes from here on. */
  get now() {
    return this.events.length;
  }

  /** The first event from `since` on that is of this kind and `fits`; waited for, if it is yet to come. */
  async next(kind, { since = this.now, fits = () => true, limit = LIMIT, what = `a \`${kind}\` event` } = {}) {
    const find = () => this.events.slice(since).find((event) => event.event === kind && fits(event));
    let listener;
    const found = new Promise((resolve, reject) => {
      listener = () => {
        const event = find();
        if (event !== undefined) resolve(event);
      };
      this.#listeners.add(listener);
      this.#ended.then(() => reject(new Error(`it ended before ${what}\n${this.#story(since)}`)));
      listener();
    });
    try {
      return await within(limit, what, found, () => this.#story(since));
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Asks it to end, as Ctrl+C does, and waits for that. Its exit code. */
  async stop() {
    this.#process.kill('SIGINT');
    return within(LIMIT, 'the command ended', this.#ended, () => this.#story(0));
  }

  /** Ends it however that goes, where a test has failed before `stop`. */
  async end() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    await this.stop().catch(() => this.#process.kill('SIGKILL'));
  }

  #story(since) {
    const events = this.events.slice(since).map((event) => JSON.stringify(event));
    return [...events.slice(-30), this.#errors.slice(-3000)].join('\n');
  }
}
