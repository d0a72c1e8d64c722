import type { FileHandle } from 'node:fs/promises';
import { InputError, throwIfAborted } from '../errors.js';
import { dicomFilesIn } from './dicomFolder.js';
import { type DicomSlice, parseDicomHeader } from './dicomHeader.js';
import { arrangeDicomSeries, type DicomSeries } from './dicomSeries.js';
import { decodeNativeVoxels, requireWholeFragments, type SliceVoxels } from './dicomVoxels.js';
import { withFile } from './fileBytes.js';
import { readSliceWithItk } from './itkReader.js';
import type { Volume } from './volume.js';

/** Headers have some KiB; with long private tags, more; the last is for files that keep something huge before the voxels. */
const HEADER_LIMITS_BYTES = [16 * 1024, 512 * 1024, 64 * 1024 * 1024];

/** Reads the headers of a folder's slices and puts them in order, without their voxels. Throws InputError, InterruptedError. */
export async function readDicomSeries(folder: string, signal?: AbortSignal): Promise<DicomSeries> {
  const slices: DicomSlice[] = [];
  for (const file of dicomFilesIn(folder)) {
    throwIfAborted(signal, `reading ${folder}`);
    slices.push(await withFile(file, (handle) => readHeader(handle, file)));
  }
  return arrangeDicomSeries(slices, folder);
}

/**
 * Reads a series slice by slice: at no time more than one of them lies beside the volume. Whole values are Int16, or Int32
 * where one does not fit; a slope or intercept with a fraction makes Float32. Throws InputError, InterruptedError.
 */
export async function readDicomVolume(folder: string, signal?: AbortSignal): Promise<Volume> {
  const { geometry, slices } = await readDicomSeries(folder, signal);
  const voxels = geometry.size[0] * geometry.size[1];
  const whole = slices.every(
    ({ slope, intercept }) => Number.isInteger(slope) && Number.isInteger(intercept),
  );
  // The first slice is decoded before room is made: a damaged header may promise more than there is.
  let values = await readSlice(slices[0]!, signal);
  let data: Int16Array | Int32Array | Float32Array = whole
    ? new Int16Array(voxels * slices.length)
    : new Float32Array(voxels * slices.length);
  for (const [z, slice] of slices.entries()) {
    throwIfAborted(signal, `reading ${slice.file}`);
    if (z > 0) values = await readSlice(slice, signal);
    if (data instanceof Int16Array && !fitsInt16(values)) data = Int32Array.from(data);
    data.set(values, z * voxels);
  }
  return { ...geometry, data };
}

async function readHeader(handle: FileHandle, file: string): Promise<DicomSlice> {
  const { size } = await handle.stat();
  for (const limit of HEADER_LIMITS_BYTES) {
    const start = await readBytes(handle, 0, Math.min(limit, size));
    const slice = parseDicomHeader(start, file);
    if (slice !== undefined) return requireInside(slice, size);
    if (limit >= size) break;
  }
  throw new InputError(
    file,
    `expected voxels (PixelData, 7FE0,0010), found none in ${size} bytes: the file is no image, corrupt or cut short; replace or remove it`,
  );
}

function requireInside(slice: DicomSlice, size: number): DicomSlice {
  const { file, pixels, columns, rows } = slice;
  const expected = columns * rows * pixels.bytes;
  if (pixels.encoding !== 'compressed' && pixels.offset + expected > size)
    throw new InputError(
      file,
      `the file is cut short: expected ${expected} bytes of voxels, found ${size - pixels.offset}; copy it again`,
    );
  return slice;
}

/** Values of a slice: rescaled. */
async function readSlice(slice: DicomSlice, signal?: AbortSignal): Promise<SliceVoxels> {
  const { file, columns, rows, pixels } = slice;
  if (pixels.encoding !== 'compressed') {
    const bytes = await withFile(file, (handle) =>
      readBytes(handle, pixels.offset, columns * rows * pixels.bytes),
    );
    return decodeNativeVoxels(bytes, slice);
  }
  requireWholeFragments(
    await withFile(file, async (handle) => readBytes(handle, 0, (await handle.stat()).size)),
    slice,
  );
  const { size, data } = await readSliceWithItk(file, signal);
  if (size[0] !== columns || size[1] !== rows || data.length !== columns * rows)
    throw new InputError(
      file,
      `expected ${columns} x ${rows} voxels, as its header says, the decoder returned ${size.join(' x ')}`,
    );
  return data;
}

function fitsInt16(values: SliceVoxels): boolean {
  for (let i = 0; i < values.length; i++) if (values[i]! < -32768 || values[i]! > 32767) return false;
  return true;
}

/** Fewer bytes only where the file ends. */
async function readBytes(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  // A buffer of its own, unlike Buffer.alloc's pool: 16-bit views need an even start.
  const bytes = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
