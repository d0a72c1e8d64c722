import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { createRandom, type Random } from '../../../src/random.js';
import { hashOfScan, readHashedVolume, readVolume } from '../../../src/volumes/readVolume.js';
import { runPython } from '../../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-metaimage-files-'));
after(() => rmSync(folder, { recursive: true }));

const TYPES = {
  MET_CHAR: Int8Array,
  MET_UCHAR: Uint8Array,
  MET_SHORT: Int16Array,
  MET_USHORT: Uint16Array,
  MET_INT: Int32Array,
  MET_UINT: Uint32Array,
  MET_FLOAT: Float32Array,
  MET_DOUBLE: Float64Array,
} as const;
const PLACES = [
  'LOCAL',
  'file',
  'LIST',
  'LIST 2D',
  'LIST 3D',
  'LIST 1',
  'pattern',
  'pattern without numbers',
  'name with blanks',
] as const;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)]!;
}

interface Drawn {
  readonly path: string;
  readonly values: number[];
  /** ITK's own reader takes blanks in a pattern for its numbers, and unpacks no list. */
  readonly forItk: boolean;
}

/** A scan of 4 x 3 x 2 with the voxels in its places, as the format's documentation says. */
function drawn(name: string, random: Random, place: (typeof PLACES)[number]): Drawn {
  const type = pick(random, Object.keys(TYPES)) as keyof typeof TYPES;
  const packing = pick(random, ['raw', 'zlib', 'gzip', 'text']);
  const bigEndian = pick(random, [true, false]);
  const hasTime = pick(random, [false, false, true]);
  const voxels = new TYPES[type](24);
  const isFloat = type === 'MET_FLOAT' || type === 'MET_DOUBLE';
  for (let i = 0; i < voxels.length; i++)
    voxels[i] = isFloat
      ? random.between(-2000, 2000)
      : random.integer(4000) - (type.startsWith('MET_U') ? 0 : 2000);
  const bytesOf = (part: ArrayLike<number>): Buffer => {
    if (packing === 'text') return Buffer.from(`${Array.from(part).join(' ')}\n`);
    const bytes = Buffer.from(TYPES[type].from(part as number[]).buffer);
    if (bigEndian) swapped(bytes, voxels.BYTES_PER_ELEMENT);
    return packing === 'raw' ? bytes : packing === 'zlib' ? deflateSync(bytes) : gzipSync(bytes);
  };
  const header = [
    ...[
      ...(hasTime ? ['NDims = 4', 'DimSize = 4 3 2 1'] : ['NDims = 3', 'DimSize = 4 3 2']),
      `ElementType = ${type}`,
      `BinaryData = ${packing === 'text' ? 'False' : 'True'}`,
    ],
    ...[`BinaryDataByteOrderMSB = ${bigEndian ? 'True' : 'False'}`],
    ...(packing === 'zlib' || packing === 'gzip' ? ['CompressedData = True'] : []),
  ];
  const skipped = packing === 'raw' && place === 'file' ? random.integer(9) : 0;
  if (skipped > 0) header.push(`HeaderSize = ${pick(random, [skipped, -1])}`);
  const sizeOfPart = {
    LIST: hasTime ? 24 : 12,
    'LIST 2D': 12,
    'LIST 3D': 24,
    'LIST 1': 4,
    pattern: hasTime ? 24 : 12,
    'pattern without numbers': hasTime ? 24 : 12,
  };
  const count = 24 / (place in sizeOfPart ? sizeOfPart[place as keyof typeof sizeOfPart] : 24);
  const parts = Array.from({ length: count }, (_, k) =>
    bytesOf(voxels.slice((24 / count) * k, (24 / count) * (k + 1))),
  );
  const first = place === 'pattern' ? random.integer(5) : 1;
  const step = place === 'pattern' ? 1 + random.integer(3) : 1;
  const names = parts.map((_, k) => {
    if (place.startsWith('pattern')) return `${name}-${String(first + k * step).padStart(3, '0')}.raw`;
    return place === 'name with blanks' ? `${name} of a scan.raw` : `${name}-part${k}.raw`;
  });
  const path = join(folder, `${name}.${place === 'LOCAL' ? 'mha' : 'mhd'}`);
  const last = {
    LOCAL: 'LOCAL',
    pattern: `${name}-%03d.raw ${first} ${first + (count - 1) * step} ${step}`,
    'pattern without numbers': `${name}-%03d.raw`,
  };
  const dataFile =
    place in last ? last[place as keyof typeof last] : place.startsWith('LIST') ? place : names[0]!;
  const text = `${[...header, `ElementDataFile = ${dataFile}`].join('\n')}\n`;
  const list = place.startsWith('LIST') ? `${names.join('\n')}\n` : '';
  writeFileSync(path, Buffer.concat([Buffer.from(text + list), ...(place === 'LOCAL' ? parts : [])]));
  if (place !== 'LOCAL')
    for (const [k, part] of parts.entries())
      writeFileSync(join(folder, names[k]!), Buffer.concat([Buffer.alloc(skipped, 9), part]));
  const forItk = !hasTime && packing === 'raw' && !['LIST 3D', 'LIST 1', 'name with blanks'].includes(place);
  return { path, values: Array.from(voxels), forItk };
}

function swapped(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

test('readVolume() gives the voxels that were written, of every type, order and packing, in every place; SimpleITK agrees', async () => {
  const random = createRandom('drawn MetaImages');
  const all = Array.from({ length: 360 }, (_, n) => drawn(`drawn${n}`, random, PLACES[n % PLACES.length]!));
  for (const { path, values } of all) {
    assert.deepEqual(Array.from((await readVolume(path)).data as ArrayLike<number>), values, path);
    const { sha256 } = await readHashedVolume(path);
    assert.equal(sha256, await hashOfScan(path), path);
  }
  const forItk = all.filter((each) => each.forItk);
  const theirs = runPython<number[][]>(
    `import json, sys, SimpleITK as sitk
print(json.dumps([sitk.GetArrayFromImage(sitk.ReadImage(path)).astype('float64').ravel().tolist() for path in json.load(sys.stdin)]))`,
    forItk.map(({ path }) => path),
  );
  assert.ok(forItk.length > 40);
  for (const [at, { path, values }] of forItk.entries()) assert.deepEqual(theirs[at], values, path);
});
