/** A project as the published command lays it out, in a folder of its own, and the companion's files beside it. */

import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite8';
import { Live } from '../support/live.js';
import { wavecraft } from '../support/paths.js';

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, '../../..', process.env.CARGO_TARGET_DIR ?? 'target');
const engine = resolve(here, '../../../crates/plugin-host/tests/plugin/lib.rs');

/** The packed client: its folder, as it comes out of a package. */
export async function pack() {
  const folder = join(mkdtempSync(join(tmpdir(), 'wc-core-')), 'package');
  const lib = { entry: 'src/index.js', formats: ['es'], fileName: 'index' };
  const root = join(here, 'core');
  const outDir = join(folder, 'dist');
  await build({ root, configFile: false, logLevel: 'warn', build: { minify: false, emptyOutDir: true, outDir, lib } });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  return folder;
}

/** Takes a packed client away. */
export const unpack = (folder) => rmSync(dirname(folder), { recursive: true, force: true });

export class World {
  #root = realpathSync(mkdtempSync(join(tmpdir(), 'wc-published-')));
  #env;

  /** `within` is where in a workspace the project lies. */
  constructor(within = 'my-plugin', env = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WAVECRAFT_'));
    this.#env = {
      ...Object.fromEntries(inherited),
      // Vite's build, which packs the client, sets it for this process; npm would leave Vite out.
      NODE_ENV: '',
      WAVECRAFT_HOME: join(this.#root, 'home'),
      WAVECRAFT_BACKEND: 'virtual',
      CARGO_TARGET_DIR: join(target, 'browser/published'),
      ...env,
    };
    this.within = within;
    this.write(`${within}/Cargo.toml`, '[workspace]\nmembers = ["engine"]\nresolver = "2"\n\n[workspace.package]\nversion = "0.1.0"\nedition = "2024"\n');
    this.write(
      `${within}/engine/Cargo.toml`,
      '[package]\nname = "my_plugin"\nversion.workspace = true\nedition.workspace = true\n\n[lib]\ncrate-type = ["cdylib"]\n\n[features]\n_param-discovery = []\n',
    );
    mkdirSync(this.path(`${within}/engine/src`));
    cpSync(engine, this.path(`${within}/engine/src/lib.rs`));
    cpSync(join(here, 'page'), this.path(`${within}/ui`), { recursive: true });
  }

  path(name) {
    return join(this.#root, name);
  }

  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Puts a packed client and a version of Vite into a folder's `node_modules`, as a package manager does. */
  install(folder, client, version) {
    const modules = this.path(`${folder}/node_modules`);
    mkdirSync(join(modules, '@wavecraft'), { recursive: true });
    mkdirSync(join(modules, '.bin'));
    if (client !== undefined) cpSync(client, join(modules, '@wavecraft/core'), { recursive: true });
    const vite = dirname(createRequire(import.meta.url).resolve(`vite${version}/package.json`));
    symlinkSync(vite, join(modules, 'vite'));
    symlinkSync('../vite/bin/vite.js', join(modules, '.bin/vite'));
  }

  start(more = []) {
    return new Live(wavecraft, ['start', '--json', ...more], { cwd: this.path(this.within), env: this.#env });
  }

  remove() {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
