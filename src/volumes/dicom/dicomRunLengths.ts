import { InputError } from '../../errors.js';
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
  const words = new Uint16Array(count);
  for (let i = 0; i < count; i++) words[i] = (high[i]! << 8) | low[i]!;
  return words;
}

/** Returns how many bytes there were for `values`. Runs are short: byte by byte is faster than calls for each of them. */
function unpackRuns(packed: Uint8Array, values: Uint8Array): number {
  let [at, done] = [0, 0];
  while (at < packed.length && done < values.length) {
    const code = packed[at]!;
    at++;
    if (code < 128) {
      const end = Math.min(done + code + 1, values.length, done + packed.length - at);
      const next = at + code + 1;
      while (done < end) {
        values[done] = packed[at]!;
        done++;
        at++;
      }
      at = next;
    } else if (code > 128 && at < packed.length) {
      const end = Math.min(done + 257 - code, values.length);
      const value = packed[at]!;
      at++;
      while (done < end) {
        values[done] = value;
        done++;
      }
    }
  }
  return done;
}
