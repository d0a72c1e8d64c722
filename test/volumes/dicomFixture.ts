import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { createRandom } from '../../src/random.js';

export type Syntax =
  | 'explicit'
  | 'implicit'
  | 'big endian'
  | 'deflated'
  | 'rle'
  | 'packed rle'
  | 'jpeg-ls'
  | 'jpeg-ls as native'
  | 'jpeg 2000';
/** By tag, such as '0028,0010'; undefined leaves the tag out. */
export type Tags = Readonly<Record<string, string | number | Buffer | undefined>>;

const SYNTAX_UIDS: Readonly<Record<Syntax, string>> = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
  'big endian': '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
  rle: '1.2.840.10008.1.2.5',
  'packed rle': '1.2.840.10008.1.2.5',
  'jpeg-ls': '1.2.840.10008.1.2.4.80',
  'jpeg-ls as native': '1.2.840.10008.1.2.4.80',
  'jpeg 2000': '1.2.840.10008.1.2.4.90',
};
/** Voxels are given as they are packed. */
const PACKED = new Set<Syntax>(['packed rle', 'jpeg-ls', 'jpeg 2000']);
const VRS: Readonly<Record<string, string>> = {
  '0008,0008': 'CS',
  '0009,1001': 'OB',
  '0008,0016': 'UI',
  '0008,0018': 'UI',
  '0008,0060': 'CS',
  '0008,0080': 'LO',
  '0010,0010': 'PN',
  '0010,0020': 'LO',
  '0010,0030': 'DA',
  '0020,000D': 'UI',
  '0020,000E': 'UI',
  '0020,0012': 'IS',
  '0020,0013': 'IS',
  '0020,0100': 'IS',
  '0028,0004': 'CS',
  '0028,0008': 'IS',
  '0028,3000': 'SQ',
  '0088,0200': 'SQ',
  '7FE0,0010': 'OW',
};
export const SERIES_UID = '1.2.826.0.1.3680043.8.498.1';
export const SECRETS = ['DOE^SECRET', 'ID-5550123', '19310704', 'HOSPITAL-OF-NOWHERE'] as const;

/** Streams of CharLS (imagecodecs.jpegls_encode) without their SPIFF header, and the 4 x 3 voxels in them. */
export const JPEG_LS = [
  {
    stream: '/9j/9wALEAADAAQBAREA//gADQH//wASAEMBFABA/9oACAEBAAAAAAK6olgUMApCzrtAO5BLUIsALP8/2uj/2Q==',
    stored: [2747, 3297, 92, 3309, 1920, 2110, 2581, 1170, 4012, 220, 1138, 1570],
  },
  {
    stream: '/9j/9wALEAADAAQBAREA//gADQH//wASAEMBFABA/9oACAEBAAAAAAZFU0Jwa6DH1heYgL5sKDYnJgI7gP/Z',
    stored: [2339, 1673, 536, 185, 4, 199, 609, 4092, 782, 2672, 3073, 960],
  },
];

/** A slice of 4 x 3 voxels, 0.7 x 0.8 mm, at z; a patient's data in it, as in a real one. */
export function sliceTags(z: number, voxels: Buffer, tags: Tags = {}): Tags {
  return {
    '0008,0016': '1.2.840.10008.5.1.4.1.1.2',
    '0008,0018': `${SERIES_UID}.${Math.round(Math.abs(z) * 1000) + 1}`,
    '0008,0060': 'CT',
    '0008,0080': SECRETS[3],
    '0010,0010': SECRETS[0],
    '0010,0020': SECRETS[1],
    '0010,0030': SECRETS[2],
    '0020,000D': '1.2.826.0.1.3680043.8.498.2',
    '0020,000E': SERIES_UID,
    '0020,0013': '1',
    '0020,0032': `-120.25\\33\\${z}`,
    '0020,0037': '1\\0\\0\\0\\1\\0',
    '0028,0002': 1,
    '0028,0004': 'MONOCHROME2',
    '0028,0010': 3,
    '0028,0011': 4,
    '0028,0030': '0.8\\0.7',
    '0028,0100': 16,
    '0028,0101': 16,
    '0028,0102': 15,
    '0028,0103': 1,
    '0028,1052': '-1024',
    '0028,1053': '1',
    '7FE0,0010': voxels,
    ...tags,
  };
}

/** The bytes of a DICOM file. Words in voxels are given in little endian and turned where the syntax says so. */
export function dicomBytes(tags: Tags, syntax: Syntax = 'explicit', voxelVr: 'OW' | 'OB' = 'OW'): Buffer {
  const uid = SYNTAX_UIDS[syntax];
  const meta = Buffer.concat([
    element('0002,0001', 'OB', Buffer.from([0, 1]), 'explicit'),
    element('0002,0010', 'UI', uid, 'explicit'),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const body = Object.entries(tags)
    .filter((pair): pair is [string, string | number | Buffer] => pair[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, value]) => {
      if (tag === '7FE0,0010' && syntax === 'rle') return compressedElement(runLengths(value as Buffer));
      if (tag === '7FE0,0010' && PACKED.has(syntax)) return compressedElement(value as Buffer);
      return element(tag, tag === '7FE0,0010' ? voxelVr : vrOf(tag, value), value, syntax);
    });
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element('0002,0000', 'UL', length, 'explicit'),
    meta,
    syntax === 'deflated' ? deflateRawSync(Buffer.concat(body)) : Buffer.concat(body),
  ]);
}

/** Writes slices as `<name>` below `folder`. */
export function writeSlices(
  folder: string,
  slices: Readonly<Record<string, Tags>>,
  syntax?: Syntax,
  voxelVr?: 'OW' | 'OB',
): string {
  for (const [name, tags] of Object.entries(slices)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), dicomBytes(tags, syntax, voxelVr));
  }
  return folder;
}

/** Seeded voxels of 16 (or 8) bits, the lowest `stored` of them random. */
export function noise(seed: string, count = 12, stored = 16, bytes: 1 | 2 = 2): Buffer {
  const random = createRandom(seed);
  const voxels = Buffer.alloc(count * bytes + ((count * bytes) % 2));
  for (let i = 0; i < count; i++) {
    const value = random.integer(2 ** stored);
    if (bytes === 2) voxels.writeUInt16LE(value, 2 * i);
    else voxels.writeUInt8(value, i);
  }
  return voxels;
}

/** A series of `count` slices 2.5 mm apart, in files 0.dcm, 1.dcm, ...; `change` gives tags to slice i. */
export function series(count: number, change: (i: number) => Tags = () => ({})): Record<string, Tags> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${i}.dcm`,
      sliceTags(-300 + 2.5 * i, noise(`slice ${i}`, 12, 12), change(i)),
    ]),
  );
}

function vrOf(tag: string, value: string | number | Buffer): string {
  return VRS[tag] ?? (typeof value === 'number' ? 'US' : 'DS');
}

function element(tag: string, vr: string, value: string | number | Buffer, syntax: Syntax): Buffer {
  const big = syntax === 'big endian';
  const bytes = valueBytes(vr, value, big);
  const short = !['OB', 'OW', 'SQ', 'UN'].includes(vr);
  const head = Buffer.alloc(short || syntax === 'implicit' ? 8 : 12);
  const [group, number] = tag.split(',').map((part) => Number.parseInt(part, 16)) as [number, number];
  const write16 = (v: number, at: number) => (big ? head.writeUInt16BE(v, at) : head.writeUInt16LE(v, at));
  const write32 = (v: number, at: number) => (big ? head.writeUInt32BE(v, at) : head.writeUInt32LE(v, at));
  write16(group, 0);
  write16(number, 2);
  if (syntax === 'implicit') write32(bytes.length, 4);
  else {
    head.write(vr, 4, 'latin1');
    if (short) write16(bytes.length, 6);
    else write32(bytes.length, 8);
  }
  return Buffer.concat([head, bytes]);
}

function valueBytes(vr: string, value: string | number | Buffer, big: boolean): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    if (big) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  }
  if (typeof value !== 'string') return vr === 'OW' && big ? Buffer.from(value).swap16() : value;
  const padding = value.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
  return Buffer.from(value + padding, 'latin1');
}

/** RLE of 16-bit voxels, literal runs alone: https://dicom.nema.org/medical/dicom/current/output/chtml/part05/chapter_G.html */
function runLengths(voxels: Buffer): Buffer {
  const planes = [1, 0].map((low) => {
    const plane = voxels.filter((_, i) => i % 2 === low);
    const runs = [];
    for (let at = 0; at < plane.length; at += 128) {
      const run = plane.subarray(at, at + 128);
      runs.push(Buffer.from([run.length - 1]), run);
    }
    const packed = Buffer.concat(runs);
    return packed.length % 2 === 0 ? packed : Buffer.concat([packed, Buffer.from([128])]);
  });
  const table = Buffer.alloc(64);
  table.writeUInt32LE(2, 0);
  table.writeUInt32LE(64, 4);
  table.writeUInt32LE(64 + planes[0]!.length, 8);
  return Buffer.concat([table, ...planes]);
}

/** Voxels in one part, behind an empty table of offsets. */
function compressedElement(voxels: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from('e07f10004f420000ffffffff', 'hex'),
    item(0xe000, Buffer.alloc(0)),
    item(0xe000, voxels),
    item(0xe0dd, Buffer.alloc(0)),
  ]);
}

function item(element: number, bytes: Buffer): Buffer {
  const head = Buffer.from([0xfe, 0xff, element & 255, element >> 8, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** The value of an icon sequence: an image of 2 x 1 voxels of its own. */
export function icon(): Buffer {
  return item(
    0xe000,
    Buffer.concat([
      element('0028,0010', 'US', 1, 'explicit'),
      element('0028,0011', 'US', 2, 'explicit'),
      element('7FE0,0010', 'OW', Buffer.from([1, 2]), 'explicit'),
    ]),
  );
}
