/** A WebSocket client as far as a browser's remote protocol needs one: text, whole messages, one host. (Node 20 has none.) */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';

/** An open connection. */
export interface Connection {
  send(text: string): void;
  close(): void;
}

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** A frame as a client sends it: final, masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size =
    length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.alloc(3, 126) : Buffer.alloc(9, 127);
  if (size.length === 3) size.writeUInt16BE(length, 1);
  if (size.length === 9) size.writeBigUInt64BE(BigInt(length), 1);
  size[0] |= 0x80;
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, mask, masked]);
}

/** Cuts what arrives into messages. */
function reader(socket: Socket, onText: (text: string) => void): (chunk: Buffer) => void {
  let held = Buffer.alloc(0);
  let parts: Buffer[] = [];
  return chunk => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      if (held.length < 2) return;
      const short = held[1] & 0x7f;
      const at = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (held.length < at) return;
      const length =
        short < 126 ? short : short === 126 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
      if (held.length < at + length) return;
      const [first] = held;
      const payload = held.subarray(at, at + length);
      held = held.subarray(at + length);
      const opcode = first & 0x0f;
      if (opcode === PING) socket.write(frame(PONG, payload));
      if (opcode > 2) continue;
      parts.push(payload);
      if ((first & 0x80) === 0) continue;
      onText(Buffer.concat(parts).toString('utf8'));
      parts = [];
    }
  };
}

/** Opens a connection to `ws://…`. */
export function connect(url: string, onText: (text: string) => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const asked = request(url.replace(/^ws:/, 'http:'), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    asked.on('error', reject);
    asked.on('response', ({ statusCode }) => reject(new Error(`${url} answers ${statusCode}`)));
    asked.on('upgrade', (_response, stream, head) => {
      const socket = stream as Socket;
      const read = reader(socket, onText);
      socket.on('data', read);
      socket.on('error', () => undefined);
      if (head.length > 0) read(head);
      resolve({
        send: text => socket.write(frame(TEXT, Buffer.from(text, 'utf8'))),
        close() {
          socket.write(frame(CLOSE, Buffer.alloc(0)));
          socket.end();
        },
      });
    });
    asked.end();
  });
}
