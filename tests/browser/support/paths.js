/** What is where: the checkout, the programs that were built in it, and the folder for what a test leaves to look at. */

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const target = resolve(repository, process.env.CARGO_TARGET_DIR ?? 'target');

/** The command under test; it finds the companion beside itself. */
export const wavecraft = resolve(target, 'debug/wavecraft');

/** The plugin behind a page that a test opens: an example of `crates/plugin`. */
export const pageHost = resolve(target, 'debug/examples/page_host');

/** Where a created project is built: kept from run to run, so that its crates are compiled once. */
export const projectTarget = resolve(target, 'browser/project');

/** A file for a person to look at. */
export function picture(name) {
  mkdirSync(resolve(target, 'browser'), { recursive: true });
  return resolve(target, 'browser', name);
}

/** The inspector's own files, as they stand in the sources. */
export const inspectorFiles = resolve(repository, 'crates/dev-server/src/inspector');
