import { InputError, throwIfAborted } from '../../errors.js';
import { type InputFile, withFile } from '../voxels/inputFile.js';
import { requireScanMemory } from '../voxels/scanMemory.js';
import type { Volume, VoxelArray } from '../voxels/volume.js';
import { openDicom } from './dicomDataSet.js';
import { dicomFrameFile } from './dicomFrameFile.js';
import type { Resampling } from './dicomGrid.js';
import { type DicomSlice, parseDicomHeader } from './dicomHeader.js';
import { compressedFrames } from './dicomParts.js';
import { type DicomPixels, frameBytes, isNative } from './dicomPixels.js';
import { resampleSlices } from './dicomResample.js';
import { decodeRunLengths } from './dicomRunLengths.js';
import { arrangeDicomSeries, type DicomSeries } from './dicomSeries.js';
import { nativeWords, type SliceVoxels, sliceValues } from './dicomVoxels.js';
import { decodeWithGdcm } from './gdcmDecoder.js';
import { type JpegStream, jpegStreamOf } from './jpegStream.js';

/** Headers have some KiB; with long private tags, more; the last is for files that keep something huge before the voxels. */
const HEADER_LIMITS_BYTES = [16 * 1024, 512 * 1024, 64 * 1024 * 1024];

/** JPEG-LS and JPEG 2000. */
const KEEP_SIGN = /\.4\.(80|81|90|91)$/;

export interface DicomOptions {
  readonly signal?: AbortSignal;
  /** Slices of a tilted gantry or with uneven gaps are resampled to a straight, even grid. */
  readonly resampleSlices?: boolean;
}

/** A volume, and what was done to its slices before they were one. */
export interface DicomVolume {
  readonly volume: Volume;
  readonly files: readonly string[];
  readonly resampling?: Resampling;
}

/**
 * Reads the headers of a series' files and puts their slices in order, without their voxels. `folder` is for messages.
 * Throws InputError, InterruptedError.
 */
export async function readDicomSeries(
  files: readonly string[],
  folder: string,
  { signal, resampleSlices: resample = false }: DicomOptions = {},
): Promise<DicomSeries> {
  const slices: DicomSlice[] = [];
  for (const file of files) {
    throwIfAborted(signal, `reading ${folder}`);
    slices.push(...(await withFile(file, (handle) => readHeader(handle, file))));
  }
  return arrangeDicomSeries(slices, folder, { resample });
}

/** The files of a series in the order of their slices, each once. */
export function filesInOrder({ slices }: DicomSeries): readonly string[] {
  return [...new Set(slices.map(({ file }) => file))];
}

/**
 * Reads a series slice by slice: at no time more than two of them, or one compressed file, lie beside the volume. Whole
 * values are Int16, or Int32 where one does not fit; a slope or intercept with a fraction, and resampling, make Float32.
 * Throws InputError, InterruptedError.
 */
export async function readDicomVolume(
  files: readonly string[],
  folder: string,
  options: DicomOptions = {},
): Promise<DicomVolume> {
  const { signal } = options;
  const series = await readDicomSeries(files, folder, options);
  const { geometry, slices, grid } = series;
  const reader = sliceReader(signal);
  const read = (z: number): Promise<SliceVoxels> => {
    throwIfAborted(signal, `reading ${slices[z]!.file}`);
    return reader(slices[z]!);
  };
  const shared = { files: filesInOrder(series) };
  const { displayWindow } = slices[slices.length >> 1]!;
  const known = { ...geometry, ...(displayWindow && { displayWindow }) };
  if (grid === undefined) return { ...shared, volume: { ...known, data: await stacked(slices, read) } };
  const { columns, rows } = slices[0]!.pixels;
  const data = await resampleSlices(grid, columns, rows, read);
  return { ...shared, volume: { ...known, data }, resampling: grid.done };
}

/** The slices one behind the other. */
async function stacked(
  slices: readonly DicomSlice[],
  read: (z: number) => Promise<SliceVoxels>,
): Promise<VoxelArray> {
  const whole = slices.every(
    ({ slope, intercept }) => Number.isInteger(slope) && Number.isInteger(intercept),
  );
  // The first slice is decoded before room is made: a damaged header may promise more than there is.
  let values = await read(0);
  const voxels = values.length;
  requireScanMemory(voxels * slices.length * (whole ? 2 : 4), slices[0]!.file);
  let data: Int16Array | Int32Array | Float32Array = whole
    ? new Int16Array(voxels * slices.length)
    : new Float32Array(voxels * slices.length);
  for (let z = 0; z < slices.length; z++) {
    if (z > 0) values = await read(z);
    if (data instanceof Int16Array && !fitsInt16(values)) data = new Int32Array(data);
    data.set(values, z * voxels);
  }
  return data;
}

async function readHeader(handle: InputFile, file: string): Promise<readonly DicomSlice[]> {
  const { size } = await handle.stat();
  for (const limit of HEADER_LIMITS_BYTES) {
    const start = await readBytes(handle, 0, Math.min(limit, size));
    const isPart = start.length < size;
    // What is deflated is unpacked from its start to its end.
    const bytes = isPart && openDicom(start, file).deflated ? await readBytes(handle, 0, size) : start;
    const slices = parseDicomHeader(bytes, file);
    if (slices !== undefined) return requireInside(slices, size);
    if (bytes.length >= size) break;
  }
  throw new InputError(
    file,
    `expected voxels (PixelData, 7FE0,0010), found none in ${size} bytes: the file is no image, corrupt or cut short; replace or remove it`,
  );
}

function requireInside(slices: readonly DicomSlice[], size: number): readonly DicomSlice[] {
  const { file, pixels } = slices[0]!;
  const expected = pixels.frames * frameBytes(pixels);
  if (isNative(pixels) && !pixels.deflated && pixels.offset + expected > size)
    throw new InputError(
      file,
      `the file is cut short: expected ${expected} bytes of voxels, found ${size - pixels.offset}; copy it again`,
    );
  return slices;
}

/** Reads slices one after the other; the file of the last one, where it was read whole, is kept for its other frames. */
function sliceReader(signal?: AbortSignal): (slice: DicomSlice) => Promise<SliceVoxels> {
  let open: { file: string; bytes: Buffer; frames: readonly Buffer[] } | undefined;
  return async (slice) => {
    const { file, pixels } = slice;
    if (isNative(pixels) && !pixels.deflated) return sliceValues(await readWords(slice), slice);
    if (open?.file !== file) {
      const bytes = await withFile(file, (handle) => handle.content());
      open = isNative(pixels)
        ? { file, bytes: openDicom(bytes, file).bytes, frames: [] }
        : { file, bytes, frames: compressedFrames(bytes, pixels, file) };
    }
    if (isNative(pixels)) return sliceValues(wordsOf(open.bytes, slice), slice);
    const frame = open.frames[slice.frame]!;
    if (pixels.encoding === 'run lengths') return sliceValues(decodeRunLengths(frame, pixels, file), slice);
    return decodedValues(frame, slice, signal);
  };
}

async function readWords(slice: DicomSlice): Promise<VoxelArray> {
  const { file, pixels } = slice;
  const { from, first, length } = placeOf(slice);
  const bytes = await withFile(file, (handle) => readBytes(handle, from, length));
  return nativeWords(bytes, first, pixels, file);
}

/** Out of the unpacked bytes of a whole file, which stay as they are. */
function wordsOf(bytes: Buffer, slice: DicomSlice): VoxelArray {
  const { from, first, length } = placeOf(slice);
  const copy = Buffer.from(Uint8Array.from(bytes.subarray(from, from + length)).buffer);
  return nativeWords(copy, first, slice.pixels, slice.file);
}

/** Where a frame's bytes lie, in whole words of the voxels. */
function placeOf({ frame, pixels }: DicomSlice): { from: number; first: number; length: number } {
  const length = frameBytes(pixels);
  const first = (frame * length) % 2;
  return { from: pixels.offset + frame * length - first, first, length: 2 * Math.ceil((first + length) / 2) };
}

async function decodedValues(frame: Buffer, slice: DicomSlice, signal?: AbortSignal): Promise<SliceVoxels> {
  const { file, pixels } = slice;
  const { columns, rows, syntax, bitsStored } = pixels;
  const { precision } = requireStream(frame, pixels, file);
  const { size, data } = await decodeWithGdcm(dicomFrameFile(frame, pixels, precision), file, signal);
  if (size[0] !== columns || size[1] !== rows || data.length !== columns * rows)
    throw new InputError(
      file,
      `expected ${columns} x ${rows} voxels, as its header says, the decoder returned ${size.join(' x ')}`,
    );
  // JPEG-LS knows no sign, JPEG 2000 may have the other one: it is that of the stream's bits, where these are fewer.
  return sliceValues(data, slice, KEEP_SIGN.test(syntax) ? Math.min(bitsStored, precision) : bitsStored);
}

/** A decoder may take a stream that is cut short for whole, and one of another shape for one of the header's. */
function requireStream(frame: Buffer, { columns, rows, bytes }: DicomPixels, file: string): JpegStream {
  const stream = jpegStreamOf(frame);
  if (stream === undefined)
    throw new InputError(
      file,
      'the compressed voxels are corrupt or cut short: expected a JPEG stream with a header and an end mark (FFD9), found none; copy the file again',
    );
  const sameRows = stream.rows === rows || stream.rows === 0;
  if (stream.columns === columns && sameRows && stream.components === 1 && stream.precision <= 8 * bytes)
    return stream;
  throw new InputError(
    file,
    `expected compressed voxels as the header says, ${columns} x ${rows} of 1 channel and at most ${8 * bytes} bits, received a stream of ${stream.columns} x ${stream.rows}, ${stream.components} and ${stream.precision} bits; copy the file again`,
  );
}

function fitsInt16(values: SliceVoxels): boolean {
  if (values instanceof Int16Array) return true;
  for (let i = 0; i < values.length; i++) if (values[i]! < -32768 || values[i]! > 32767) return false;
  return true;
}

/** Fewer bytes only where the file ends. */
async function readBytes(handle: InputFile, from: number, length: number): Promise<Buffer> {
  // Of Buffer.alloc(), whose bytes are of no pool: 16-bit views need an even start.
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, await handle.read(bytes, from));
}
