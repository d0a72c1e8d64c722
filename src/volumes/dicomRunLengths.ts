import { InputError } from '../errors.js';
import { type DicomPixels, frameBytes } from './dicomPixels.js';

/** Sixteen words: how many planes there are, and where each begins. */
const TABLE_BYTES = 64;

/**
 * Unpacks one frame of run lengths: a plane for each byte of a voxel, the highest first; words of the machine's order.
 * Throws InputError for too few bytes and planes.
 * https://dicom.nema.org/medical/dicom/current/output/chtml/part05/chapter_G.html
 */
export function decodeRunLengths(frame: Buffer, pixels: DicomPixels, file: string): Uint8Array | Uint16Array {
  const planes = frame.length < TABLE_BYTES ? 0 : frame.readUInt32LE(0);
  if (planes !== pixels.bytes)
    throw new InputError(
      file,
      `the run lengths are corrupt or cut short: expected ${pixels.bytes} planes of bytes, found ${planes}; copy the file again`,
    );
  const count = frameBytes(pixels) / pixels.bytes;
  const unpacked = Array.from({ length: planes }, (_, plane) => {
    const from = frame.readUInt32LE(4 + 4 * plane);
    const to = plane + 1 < planes ? frame.readUInt32LE(8 + 4 * plane) : frame.length;
    const values = new Uint8Array(count);
    const found = from < TABLE_BYTES || to > frame.length ? 0 : unpackRuns(frame.subarray(from, to), values);
    if (found < count)
      throw new InputError(
        file,
        `the run lengths are corrupt or cut short: expected ${count} bytes of plane ${plane + 1}, found ${found}; copy the file again`,
      );
    return values;
  });
  if (pixels.bytes === 1) return unpacked[0]!;
  const [high, low] = unpacked as [Uint8Array, Uint8Array];
  return Uint16Array.from(low, (value, i) => (high[i]! << 8) | value);
}

/** Returns how many bytes there were for `values`. */
function unpackRuns(packed: Buffer, values: Uint8Array): number {
  let done = 0;
  for (let at = 0; at < packed.length && done < values.length; ) {
    const code = packed[at]!;
    at++;
    if (code < 128) {
      const literal = packed.subarray(at, at + Math.min(code + 1, values.length - done));
      values.set(literal, done);
      done += literal.length;
      at += code + 1;
    } else if (code > 128 && at < packed.length) {
      const end = Math.min(done + 257 - code, values.length);
      values.fill(packed[at]!, done, end);
      done = end;
      at++;
    }
  }
  return done;
}
