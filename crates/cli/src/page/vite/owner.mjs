/**
 * Does a connection on this machine come from a program of this user? Vite asks this in JavaScript; for the project's own
 * server, `is_of_this_user` of crates/dev-server/src/platform/ asks the same in Rust.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { promisify } from 'node:util';

/** So long `lsof` may take, in ms. Who can't be looked up in that time isn't known. */
const PATIENCE = 3000;
const LSOF = ['/usr/sbin/lsof', '/usr/bin/lsof'];

/** `remoteAddress`, `remotePort`, `localAddress` and `localPort` as of a socket. Where the system doesn't say: no. */
export async function isOwn(socket, platform = process.platform) {
  const uid = process.getuid?.();
  const ends = [
    [plain(socket.remoteAddress), socket.remotePort],
    [plain(socket.localAddress), socket.localPort],
  ];
  if (uid === undefined || !ends.every(([address]) => address === '127.0.0.1' || address === '::1')) return false;
  try {
    return platform === 'linux' ? await byTables(uid, ends) : await byLsof(uid, ends);
  } catch {
    return false;
  }
}

const plain = (address) => address?.replace(/^::ffff:/, '');

/**
 * /proc/net/tcp and tcp6 (proc(5), proc_pid_net(5)) have a line for each socket: its own end, the other's, and in the eighth
 * place the user that made it.
 */
async function byTables(uid, [client, server]) {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const owners = tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, own, other]) => written(client).includes(own) && written(server).includes(other))
    .map((fields) => fields[7]);
  return owners.length > 0 && owners.every((owner) => owner === String(uid));
}

/** How an end may stand in the tables: 32 bits at a time in the machine's own order, then the port. */
function written([address, port]) {
  const words = address === '::1' ? ['00000000', '00000000', '00000000', '00000001'] : ['7F000001'];
  const ordered = (word) => (endianness() === 'LE' ? word.match(/../g).reverse().join('') : word);
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const own = words.map(ordered).join('');
  return words.length === 4 ? [own + end] : [own + end, ['00000000', '00000000', '0000FFFF'].map(ordered).join('') + own + end];
}

/** `lsof -F n` (lsof(8)) writes `nADDRESS:PORT->ADDRESS:PORT` for each connection, the own end first; `-a -u` asks for a user's alone. */
async function byLsof(uid, ends) {
  const [client, server] = ends.map(([address, port]) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
  const program = LSOF.find((path) => existsSync(path));
  const args = ['-nPw', '-a', '-u', String(uid), `-iTCP@${client}`, '-Fn'];
  const { stdout } = await promisify(execFile)(program, args, { timeout: PATIENCE });
  return stdout.split('\n').includes(`n${client}->${server}`);
}
