import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { InputError, messageOf } from '../errors.js';
import { withFile } from './fileBytes.js';

/*
 * ITK returns garbage for a corrupt or truncated stream, with a note on the console at most. So the stream is checked before
 * ITK reads the file: gzip's own checksum, and the number of bytes that the header promises.
 */

const NRRD_BYTES: Readonly<Record<string, number>> = {
  char: 1,
  short: 2,
  int: 4,
  long: 8,
  float: 4,
  double: 8,
  block: 1,
};

/** Checks that the voxels of a .nrrd file are whole. Throws InputError with expected and found bytes. */
export async function checkNrrdStream(path: string): Promise<void> {
  const start = await readStart(path, 64 * 1024);
  const { fields, headerBytes } = parseNrrdHeader(start, path);
  // A header of its own with the voxels elsewhere, or voxels as text: ITK's reader stops by itself at their end.
  if (headerBytes === undefined || fields.has('data file') || fields.has('datafile')) return;
  const sizes = (fields.get('sizes') ?? '').split(/\s+/).map(Number);
  const expected = sizes.reduce((product, n) => product * n, nrrdTypeBytes(fields.get('type') ?? '', path));
  const encoding = fields.get('encoding') ?? 'raw';
  if (encoding === 'raw') await expectBytes(path, expected, countBytes(path, headerBytes));
  else if (encoding === 'gzip' || encoding === 'gz')
    await expectBytes(path, expected, countUnpacked(path, headerBytes));
}

async function expectBytes(
  path: string,
  expected: number,
  counting: number | Promise<number>,
): Promise<void> {
  const found = await counting;
  if (!(found >= expected))
    throw new InputError(path, `the file is cut short: expected ${expected} bytes of voxels, found ${found}`);
}

async function countBytes(path: string, from: number): Promise<number> {
  const handle = await open(path, 'r');
  try {
    return (await handle.stat()).size - from;
  } finally {
    await handle.close();
  }
}

/** Unpacks a gzip stream that begins at byte `from` and counts its bytes; its checksum is checked on the way. */
async function countUnpacked(path: string, from: number): Promise<number> {
  let found = 0;
  const packed = createReadStream(path, { start: from, highWaterMark: 1 << 20 });
  const unpacked = createGunzip({ chunkSize: 1 << 20 });
  packed.once('error', (error) => unpacked.destroy(error));
  try {
    for await (const chunk of packed.pipe(unpacked) as AsyncIterable<Buffer>) {
      found += chunk.length;
    }
  } catch (error) {
    throw new InputError(
      path,
      `the gzip stream is corrupt or cut short (${messageOf(error)}), after ${found} bytes unpacked`,
      { cause: error },
    );
  }
  return found;
}

async function readStart(path: string, limit: number): Promise<Buffer> {
  return withFile(path, async (handle) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(limit), 0, limit, 0);
    if (bytesRead < 2) throw new InputError(path, `expected a scan, found a file of ${bytesRead} bytes`);
    return buffer.subarray(0, bytesRead);
  });
}

/** Header of http://teem.sourceforge.net/nrrd/format.html: lines `field: value` up to an empty line, then the voxels. */
function parseNrrdHeader(
  start: Buffer,
  path: string,
): { fields: ReadonlyMap<string, string>; headerBytes: number | undefined } {
  const text = start.toString('latin1');
  if (!/^NRRD000\d/.test(text))
    throw new InputError(
      path,
      `expected a NRRD file, which begins with NRRD000, received ${JSON.stringify(text.slice(0, 12))}`,
    );
  const end = /\r?\n\r?\n/.exec(text);
  const lines = text.slice(0, end?.index ?? text.length).split(/\r?\n/);
  const fields = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2).trim()];
    }),
  );
  return { fields, headerBytes: end === null ? undefined : end.index + end[0].length };
}

/** NRRD has many spellings of a type: `unsigned short int`, `ushort`, `uint16_t`, `int8`. */
function nrrdTypeBytes(type: string, path: string): number {
  const bits = /int(8|16|32|64)(_t)?$/.exec(type);
  if (bits !== null) return Number(bits[1]) / 8;
  if (/long long|longlong/.test(type)) return 8;
  const word = Object.keys(NRRD_BYTES).find((name) => type.includes(name));
  if (word === undefined)
    throw new InputError(path, `NRRD field 'type': unknown type ${JSON.stringify(type)}`);
  return NRRD_BYTES[word]!;
}
