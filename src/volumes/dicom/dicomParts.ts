import { InputError } from '../../errors.js';
import { UNKNOWN_LENGTH } from './dicomElements.js';
import type { DicomPixels } from './dicomPixels.js';

const ITEM_GROUP = 0xfffe;
const ITEM = 0xe000;
const SEQUENCE_END = 0xe0dd;

/** A part of compressed voxels: where its bytes lie, and where its mark begins, counted from the first part's. */
interface Part {
  readonly mark: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The compressed bytes of each frame of a file, by its tables of offsets, or one part a frame. `bytes` is the file; what is
 * cut short is refused: a decoder may take it for whole. Throws InputError.
 * https://dicom.nema.org/medical/dicom/current/output/chtml/part05/sect_A.4.html
 */
export function compressedFrames(bytes: Buffer, pixels: DicomPixels, file: string): readonly Buffer[] {
  const [table, ...parts] = partsOf(bytes, pixels.offset, file);
  const joined = (some: readonly Part[]): Buffer =>
    some.length === 1
      ? bytes.subarray(some[0]!.from, some[0]!.to)
      : Buffer.concat(some.map(({ from, to }) => bytes.subarray(from, to)));
  if (pixels.frames === 1) return [joined(parts)];
  const start = parts[0]!.mark;
  const marks = parts.map(({ mark }) => mark - start);
  const offsets = pixels.frameOffsets ?? basicOffsets(bytes, table!);
  if (offsets.length === 0 && parts.length === pixels.frames) return parts.map((part) => joined([part]));
  const firsts = offsets.map((offset) => marks.indexOf(offset));
  const isInOrder = firsts.every(
    (first, i) => first >= 0 && (i === 0 ? first === 0 : first > firsts[i - 1]!),
  );
  if (offsets.length !== pixels.frames || !isInOrder)
    throw new InputError(
      file,
      `PixelData (7FE0,0010): expected a part of compressed voxels for each of ${pixels.frames} frames, or a table of offsets that says which are whose, received ${parts.length} parts and ${offsets.length === 0 ? 'no table' : `a table of ${offsets.length} offsets${isInOrder ? '' : ' that lead to no parts'}`}; write it again, for example with gdcmconv --raw`,
    );
  return firsts.map((first, i) => joined(parts.slice(first, firsts[i + 1])));
}

/** Of 32 bits each; empty where the writer left it out. */
function basicOffsets(bytes: Buffer, { from, to }: Part): number[] {
  return Array.from({ length: Math.floor((to - from) / 4) }, (_, i) => bytes.readUInt32LE(from + 4 * i));
}

/** The table of offsets, then the voxels' parts, of which there is at least one. */
function partsOf(bytes: Buffer, offset: number, file: string): readonly Part[] {
  const parts: Part[] = [];
  let at = offset;
  while (at + 8 <= bytes.length) {
    const element = bytes.readUInt16LE(at) === ITEM_GROUP ? bytes.readUInt16LE(at + 2) : undefined;
    const length = bytes.readUInt32LE(at + 4);
    if (element === SEQUENCE_END && parts.length >= 2) return parts;
    if (element !== ITEM || length === UNKNOWN_LENGTH || at + 8 + length > bytes.length) break;
    parts.push({ mark: at, from: at + 8, to: at + 8 + length });
    at += 8 + length;
  }
  throw new InputError(
    file,
    `the compressed voxels are corrupt or cut short: expected parts up to an end mark, found ${parts.length} parts in ${Math.max(0, bytes.length - offset)} bytes; copy the file again`,
  );
}
