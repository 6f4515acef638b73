/** The server's half of a WebSocket, as far as a pretended server needs one: text frames, pings aside. */

import { createHash } from 'node:crypto';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, CLOSE] = [1, 8];

function frame(kind, payload) {
  const length = payload.length;
  const head = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...bytes(length)];
  return Buffer.concat([Buffer.from([0x80 | kind, ...head]), payload]);
}

const bytes = (length) => [24, 16, 8, 0].map((shift) => (length >> shift) & 255);

/** Answers an upgrade, and tells `received` each text. Returns `{send(text), close(code, reason)}`. */
export function accept({ headers }, stream, received, closed) {
  const key = createHash('sha1').update(headers['sec-websocket-key'] + MAGIC).digest('base64');
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Accept: ${key}\r\nSec-WebSocket-Protocol: wavecraft.v1\r\n\r\n`,
  );
  let waiting = Buffer.alloc(0);
  stream.on('data', (data) => {
    waiting = Buffer.concat([waiting, data]);
    for (let next = taken(waiting); next !== null; next = taken(waiting)) {
      waiting = next.rest;
      if (next.kind === TEXT) received(next.payload.toString());
      if (next.kind === CLOSE) stream.end(frame(CLOSE, next.payload));
    }
  });
  stream.on('error', () => {});
  stream.on('close', closed);
  return {
    send: (text) => stream.writable && stream.write(frame(TEXT, Buffer.from(text))),
    close(code, reason) {
      stream.end(frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)])));
    },
  };
}

/** The first whole frame of a client, unmasked, and what comes after it. */
function taken(data) {
  if (data.length < 2) return null;
  const short = data[1] & 127;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (data.length < at + 4) return null;
  const length = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
  if (data.length < at + 4 + length) return null;
  const mask = data.subarray(at, at + 4);
  const payload = Buffer.from(data.subarray(at + 4, at + 4 + length)).map((byte, index) => byte ^ mask[index % 4]);
  return { kind: data[0] & 15, payload, rest: data.subarray(at + 4 + length) };
}
