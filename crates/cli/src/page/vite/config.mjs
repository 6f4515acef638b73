/**
 * What `wavecraft start` gives Vite as its configuration: the project's own, read by Vite's own loader, and one plugin more.
 *
 * It lies outside of the project, so nothing here is found by a package's name: Vite is asked for from the folder it runs in.
 */

import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { wavecraft } from './plugin.mjs';

// Vite restarts within its process, and reads this again then. The environment is emptied of the token at once: a project may
// copy all of it into its page.
const kept = Symbol.for('wavecraft.start');
const start = (globalThis[kept] ??= {
  url: process.env.WAVECRAFT_WS_URL,
  config: process.env.WAVECRAFT_VITE_OWN_CONFIG || undefined,
});
delete process.env.WAVECRAFT_WS_URL;

export default async function (env) {
  const folder = process.cwd();
  const vite = dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json'));
  const { loadConfigFromFile } = await import(pathToFileURL(join(vite, 'dist/node/index.js')).href);
  const own = await loadConfigFromFile(env, start.config, folder);
  const files = own ? [own.path, ...own.dependencies].map((file) => resolve(folder, file)) : [];
  if (start.url === undefined) return own?.config ?? {};
  return { ...own?.config, plugins: [wavecraft(start.url, files), ...(own?.config.plugins ?? [])] };
}
