/** The page's token is for who opens the page, and for no other user of the machine. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { isOwn } from '../../../crates/cli/src/page/vite/owner.mjs';

const ways = ['linux', 'darwin'].filter((way) =>
  way === 'linux' ? existsSync('/proc/net/tcp') : ['/usr/sbin/lsof', '/usr/bin/lsof'].some((path) => existsSync(path)),
);

for (const address of ['127.0.0.1', '::1']) {
  for (const way of ways) {
    test(`a connection of this user over ${address} is known by the way of ${way}, and no other is taken for it`, async (t) => {
      const server = createServer().listen(0, address);
      const trouble = await new Promise((resolve) => server.once('listening', resolve).once('error', resolve));
      if (trouble) return t.skip('no such address here');
      const client = connect(server.address().port, address);
      const [socket] = await once(server, 'connection');
      const { remoteAddress, remotePort, localAddress, localPort } = socket;
      const ends = { remoteAddress, remotePort, localAddress, localPort };
      assert.equal(await isOwn(socket, way), true);
      assert.equal(await isOwn({ ...ends, remotePort: localPort, localPort: remotePort }, way), true, 'the other end is also ours');
      assert.equal(await isOwn({ ...ends, localPort: 1 }, way), false);
      assert.equal(await isOwn({ ...ends, remotePort: 1 }, way), false);
      assert.equal(await isOwn({ ...ends, remoteAddress: '192.0.2.1' }, way), false);
      client.destroy();
      server.close();
    });
  }
}
