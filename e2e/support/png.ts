import { inflateSync } from 'node:zlib';

/** A picture as its points: four bytes each, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly points: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** What a byte is foretold to be by the bytes to its left, above it, and above left (PNG, 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map(value => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/**
 * Reads a PNG of eight bits a channel with red, green, blue and alpha, not interlaced.
 *
 * @throws {Error} where it is no PNG, or of another kind
 */
export function decodePng(file: Buffer): Picture {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error('this is no PNG');
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  if (file.subarray(24, 29).toString('hex') !== '0806000000')
    throw new Error('the PNG is not of eight bits and four channels');
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const rows = inflateSync(Buffer.concat(parts));
  const stride = width * 4;
  const points = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < 4 ? 0 : points[at - 4];
      const above = y === 0 ? 0 : points[at - stride];
      const corner = x < 4 || y === 0 ? 0 : points[at - stride - 4];
      const foretold = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      points[at] = rows[y * (stride + 1) + 1 + x] + foretold;
    }
  }
  return { width, height, points };
}

/** How much of a picture is of another colour than its first corner, from 0 to 1. */
export function inked({ width, height, points }: Picture): number {
  let other = 0;
  for (let at = 0; at < points.length; at += 4) {
    if (points[at] !== points[0] || points[at + 1] !== points[1] || points[at + 2] !== points[2]) other++;
  }
  return other / (width * height);
}
