import { randomBytes } from 'node:crypto';
import { VERSION } from '../../version.js';
import { LONG_VRS } from './dicomElements.js';

/** An element of a data set: a sequence of data sets, bytes of another file, or one or more values. */
export type WrittenValue = string | number | readonly number[] | Buffer | readonly WrittenDataSet[];
/** By tag, such as '0008,0060', with the value representation. */
export type WrittenDataSet = Readonly<Record<string, readonly [vr: string, value: WrittenValue]>>;

const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
/** Of this program, below the root for uids that are random numbers. */
const IMPLEMENTATION = '2.25.203512276408537142891504277120465011733';

/** A new uid: the root 2.25 and a random number of 122 bits, as a UUID's (PS3.5, B.2). */
export function newUid(): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}

/**
 * A DICOM file (explicit little endian, as `syntax` is, too) of a data set that has SOPClassUID and SOPInstanceUID. Texts are
 * written in UTF-8.
 */
export function dicomFile(dataSet: WrittenDataSet, syntax = EXPLICIT_LITTLE): Buffer {
  const meta = encoded({
    '0002,0001': ['OB', Buffer.from([0, 1])],
    '0002,0002': ['UI', textOf(dataSet, '0008,0016')],
    '0002,0003': ['UI', textOf(dataSet, '0008,0018')],
    '0002,0010': ['UI', syntax],
    '0002,0012': ['UI', IMPLEMENTATION],
    '0002,0013': ['SH', `voxlab ${VERSION}`.slice(0, 16)],
  });
  const length = encoded({ '0002,0000': ['UL', meta.length] });
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, encoded(dataSet)]);
}

function textOf(dataSet: WrittenDataSet, tag: string): string {
  const value = dataSet[tag]?.[1];
  if (typeof value !== 'string') throw new RangeError(`Expected ${tag} of a data set, received ${value}`);
  return value;
}

/** Elements in the order of their tags. */
function encoded(dataSet: WrittenDataSet): Buffer {
  const elements = Object.entries(dataSet).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(elements.map(([tag, [vr, value]]) => element(tag, vr, value)));
}

function element(tag: string, vr: string, value: WrittenValue): Buffer {
  const bytes =
    vr === 'SQ'
      ? Buffer.concat((value as readonly WrittenDataSet[]).map((item) => dicomItem(encoded(item))))
      : valueBytes(vr, value);
  const isLong = LONG_VRS.has(vr);
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(Number.parseInt(tag.slice(5), 16), 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(bytes.length, 8);
  else if (bytes.length <= 0xffff) head.writeUInt16LE(bytes.length, 6);
  else throw new RangeError(`Expected at most 65535 bytes in ${tag}, received ${bytes.length}`);
  return Buffer.concat([head, bytes]);
}

/** An item of a sequence, or a part of voxels. */
export function dicomItem(bytes: Buffer): Buffer {
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** Of an even length: uids and bytes end with 0, texts with a space. */
function valueBytes(vr: string, value: WrittenValue): Buffer {
  const bytes = unpadded(vr, value);
  if (bytes.length % 2 === 0) return bytes;
  return Buffer.concat([bytes, Buffer.from(vr === 'UI' || vr === 'OB' ? '\0' : ' ')]);
}

function unpadded(vr: string, value: WrittenValue): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  const numbers = typeof value === 'number' ? [value] : (value as readonly number[]);
  const bytes = { FL: 4, UL: 4, FD: 8, US: 2 }[vr];
  if (bytes === undefined) return Buffer.from(numbers.map(decimalString).join('\\'));
  const buffer = Buffer.alloc(bytes * numbers.length);
  for (const [i, number] of numbers.entries())
    if (vr === 'FL') buffer.writeFloatLE(number, 4 * i);
    else if (vr === 'FD') buffer.writeDoubleLE(number, 8 * i);
    else if (vr === 'UL') buffer.writeUInt32LE(number, 4 * i);
    else buffer.writeUInt16LE(number, 2 * i);
  return buffer;
}

/** A number in the 16 characters that DICOM gives to one (VR DS), as exact as they allow. */
function decimalString(value: number): string {
  for (let digits = 17; digits > 0 && Number.isFinite(value); digits--) {
    const rounded = Number(value.toPrecision(digits));
    // The largest numbers may be rounded beyond all.
    if (String(rounded).length <= 16 && Number.isFinite(rounded)) return String(rounded);
  }
  throw new RangeError(`Expected a finite number, received ${value}`);
}
