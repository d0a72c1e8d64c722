import { crc32, deflateSync } from 'node:zlib';
import type { PixelImage } from './pixelImage.js';

/** PNG's names of what a pixel holds. */
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;

/** A picture as PNG bytes (https://www.w3.org/TR/png-3/), each line preceded by filter type 0. */
export function encodePng({ width, height, data, channels = 1 }: PixelImage): Buffer {
  const rowBytes = width * channels;
  if (data.length !== rowBytes * height)
    throw new RangeError(`Expected ${width} x ${height} pixels, received ${data.length / channels}`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOR_TYPES[channels];
  const lines = Buffer.alloc(height * (rowBytes + 1));
  for (let row = 0; row < height; row++)
    lines.set(data.subarray(row * rowBytes, (row + 1) * rowBytes), row * (rowBytes + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** For an <image> of SVG. */
export function pngDataUri(image: PixelImage): string {
  return `data:image/png;base64,${encodePng(image).toString('base64')}`;
}

function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const content = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}
