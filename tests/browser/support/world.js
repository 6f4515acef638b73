/** A created project in a folder of its own, and the companion's files beside it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Live } from './live.js';
import { projectTarget, wavecraft } from './paths.js';

export class World {
  #folder = realpathSync(mkdtempSync(join(tmpdir(), 'wc-browser-')));
  #env;

  constructor() {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WAVECRAFT_'));
    this.#env = {
      ...Object.fromEntries(inherited),
      WAVECRAFT_HOME: join(this.#folder, 'home'),
      WAVECRAFT_BACKEND: 'virtual',
      CARGO_TARGET_DIR: projectTarget,
    };
  }

  /** Makes the project. */
  create() {
    this.#run(['create', 'demo', '--no-git'], this.#folder);
  }

  /** A path in the project. */
  path(name) {
    return join(this.#folder, 'demo', name);
  }

  /** Starts the project, by default without sound: `more` are flags. */
  start(more = []) {
    const args = ['start', '--install', '--json', '--port', '19300', '--ui-port', '19400', ...more];
    return new Live(wavecraft, args, { cwd: this.path('.'), env: this.#env });
  }

  /** What `wavecraft status` says from another terminal. */
  status() {
    return JSON.parse(this.#run(['status', '--json'], this.#folder));
  }

  /** Replaces a text that stands in a file once; returns the way to put the file back as it was. */
  edit(name, from, to) {
    const path = this.path(name);
    const before = readFileSync(path, 'utf8');
    if (before.split(from).length !== 2) throw new Error(`${name} has not once: ${from}`);
    writeFileSync(path, before.replace(from, () => to));
    return () => writeFileSync(path, before);
  }

  /** The number of the first line with a text. */
  lineOf(name, text) {
    const lines = readFileSync(this.path(name), 'utf8').split('\n');
    return 1 + lines.findIndex((line) => line.includes(text));
  }

  /** Nothing of it stays. */
  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(args, cwd) {
    return execFileSync(wavecraft, args, { cwd, env: this.#env, encoding: 'utf8' });
  }
}
