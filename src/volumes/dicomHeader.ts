import dicomParser from 'dicom-parser';
import { InputError } from '../errors.js';
import type { Vector3 } from './volume.js';

/** How the voxels of a slice lie in its file. */
export interface DicomPixels {
  readonly encoding: 'little endian' | 'big endian' | 'compressed';
  /** First byte behind the element's own header. */
  readonly offset: number;
  /** Bytes of one voxel: 1 or 2. */
  readonly bytes: 1 | 2;
  /** Bits that count, the lowest of the voxel's. */
  readonly bitsStored: number;
  readonly signed: boolean;
  /** Two 8-bit voxels are one 16-bit word: their order depends on the byte order. */
  readonly words: boolean;
}

/** What a slice's header says: the tags that a volume needs and no other, so that nothing of a patient is ever held. */
export interface DicomSlice {
  readonly file: string;
  readonly seriesUid: string;
  readonly columns: number;
  readonly rows: number;
  /** Along x (from column to column), along y. */
  readonly spacingMm: readonly [number, number];
  /** Of the centre of the first voxel, LPS. */
  readonly positionMm: Vector3;
  /** Unit vectors: along a row (x), along a column (y). */
  readonly rowDirection: Vector3;
  readonly columnDirection: Vector3;
  /** Value = slope * stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly pixels: DicomPixels;
}

/** Transfer syntaxes of https://dicom.nema.org/medical/dicom/current/output/chtml/part05/chapter_10.html. */
const NATIVE = new Map<string, DicomPixels['encoding']>([
  ['1.2.840.10008.1.2', 'little endian'],
  ['1.2.840.10008.1.2.1', 'little endian'],
  ['1.2.840.10008.1.2.2', 'big endian'],
]);
/** JPEG baseline, extended and lossless, JPEG-LS, JPEG 2000, RLE: what GDCM decodes. */
const COMPRESSED = /^1\.2\.840\.10008\.1\.2\.(4\.(50|51|57|70|80|81|90|91)|5)$/;
const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
const MARK_END_BYTE = 132;
const REMEDY = 'copy the file again, or remove it if it is no slice of a volume';

/** Whether a file's first bytes are those of DICOM: DICM at byte 128. */
export function hasDicomMark(start: Buffer): boolean {
  return start.length >= MARK_END_BYTE && start.toString('latin1', 128, MARK_END_BYTE) === 'DICM';
}

/** SeriesInstanceUID in the first bytes of a file; undefined where they do not hold it. */
export function seriesUidIn(start: Buffer): string | undefined {
  const data = parse(start, 'x0020000e');
  const uid = data === undefined ? undefined : textOf(data, 'x0020000e');
  return uid !== undefined && isUid(uid) ? uid : undefined;
}

/**
 * The header in the first bytes of a file; undefined where the voxels begin only behind them, so that more must be read.
 * Throws InputError naming file and tag. No message repeats a text of the header: in a damaged one it could be a name.
 */
export function parseDicomHeader(start: Buffer, file: string): DicomSlice | undefined {
  if (!hasDicomMark(start))
    throw new InputError(
      file,
      'expected a DICOM file with the mark DICM at byte 128, found none; remove it, or convert it, for example with gdcmconv',
    );
  const syntax = transferSyntaxOf(start, file);
  const data = parse(start, 'x7fe00010');
  const voxels = data?.elements.x7fe00010;
  if (data === undefined || voxels === undefined || voxels.dataOffset > start.length) return undefined;
  const read = readerOf(data, file);
  const encoding = NATIVE.get(syntax) ?? 'compressed';
  refuseOtherKinds(read, file);
  const [rowDirection, columnDirection] = directionsOf(read, file);
  const [alongY, alongX] = read.numbers('x00280030', 'PixelSpacing (0028,0030)', 2);
  if (!(alongX! > 0 && alongY! > 0))
    throw new InputError(
      file,
      `PixelSpacing (0028,0030): expected two numbers above 0 mm, received ${alongY}, ${alongX}; ${REMEDY}`,
    );
  const slice: DicomSlice = {
    file,
    seriesUid: read.uid('x0020000e', 'SeriesInstanceUID (0020,000E)'),
    columns: read.size('x00280011', 'Columns (0028,0011)'),
    rows: read.size('x00280010', 'Rows (0028,0010)'),
    spacingMm: [alongX!, alongY!],
    positionMm: read.numbers(
      'x00200032',
      'ImagePositionPatient (0020,0032)',
      3,
    ) as unknown as DicomSlice['positionMm'],
    rowDirection,
    columnDirection,
    ...rescaleOf(read, file, encoding),
    pixels: {
      encoding,
      offset: voxels.dataOffset,
      ...storedTypeOf(read, file),
      words: voxels.vr !== 'OB',
    },
  };
  if (encoding !== 'compressed') requireLength(slice, voxels.length);
  return slice;
}

/** The parser throws strings and objects, some with the header's contents: none of it is passed on. */
function parse(start: Buffer, untilTag: string): dicomParser.DataSet | undefined {
  try {
    return dicomParser.parseDicom(start, { untilTag });
  } catch {
    return undefined;
  }
}

function transferSyntaxOf(start: Buffer, file: string): string {
  let syntax: string | undefined;
  try {
    syntax = dicomParser.readPart10Header(start).string('x00020010');
  } catch {
    // Said below.
  }
  if (syntax === undefined || !isUid(syntax))
    throw new InputError(
      file,
      `expected a DICOM file with a TransferSyntaxUID (0002,0010), found none: it is corrupt or cut short; ${REMEDY}`,
    );
  if (!NATIVE.has(syntax) && !COMPRESSED.test(syntax))
    throw new InputError(
      file,
      `expected voxels uncompressed or as JPEG, JPEG-LS, JPEG 2000 or RLE, received transfer syntax ${syntax}; convert it, for example with gdcmconv --raw`,
    );
  return syntax;
}

interface HeaderReader {
  readonly has: (tag: string) => boolean;
  readonly text: (tag: string) => string | undefined;
  readonly numbers: (tag: string, name: string, count: number, otherwise?: readonly number[]) => number[];
  readonly word: (tag: string) => number | undefined;
  readonly size: (tag: string, name: string) => number;
  readonly uid: (tag: string, name: string) => string;
}

function readerOf(data: dicomParser.DataSet, file: string): HeaderReader {
  const text = (tag: string): string | undefined => textOf(data, tag);
  const word = (tag: string): number | undefined =>
    isInside(data, tag) && data.elements[tag]?.length === 2 ? data.uint16(tag) : undefined;
  return {
    has: (tag) => data.elements[tag] !== undefined,
    text,
    word,
    numbers: (tag, name, count, otherwise) => {
      const parts = text(tag)?.split('\\');
      if (parts === undefined && otherwise !== undefined) return [...otherwise];
      const numbers = (parts ?? []).map((part) => (/^[-+\d.eE\s]+$/.test(part) ? Number(part) : Number.NaN));
      if (numbers.length === count && numbers.every(Number.isFinite)) return numbers;
      throw new InputError(
        file,
        `${name}: expected ${count} ${count === 1 ? 'number' : 'numbers'}, received ${parts === undefined ? 'nothing' : `${parts.length} values, ${numbers.filter(Number.isFinite).length} of them numbers`}; ${REMEDY}`,
      );
    },
    size: (tag, name) => {
      const size = word(tag) ?? 0;
      if (size === 0)
        throw new InputError(file, `${name}: expected a whole number above 0, received none; ${REMEDY}`);
      return size;
    },
    uid: (tag, name) => {
      const uid = text(tag) ?? '';
      if (!isUid(uid))
        throw new InputError(
          file,
          `${name}: expected digits and dots, received ${uid.length} characters; ${REMEDY}`,
        );
      return uid;
    },
  };
}

function textOf(data: dicomParser.DataSet, tag: string): string | undefined {
  return isInside(data, tag) ? data.string(tag)?.trim() || undefined : undefined;
}

/** The parser takes an element whose value lies behind the end of its bytes, and throws only when it is asked for. */
function isInside({ elements, byteArray }: dicomParser.DataSet, tag: string): boolean {
  const element = elements[tag];
  return element !== undefined && element.dataOffset + element.length <= byteArray.length;
}

function isUid(text: string): boolean {
  return /^\d[\d.]{0,63}$/.test(text);
}

function refuseOtherKinds(read: HeaderReader, file: string): void {
  const [frames] = read.numbers('x00280008', 'NumberOfFrames (0028,0008)', 1, [1]);
  if (frames !== 1)
    throw new InputError(
      file,
      `expected one slice a file, received ${frames} frames; split it into single slices, or convert it to NRRD`,
    );
  const samples = read.word('x00280002') ?? 1;
  if (samples !== 1 || !/^MONOCHROME[12]$/.test(read.text('x00280004') ?? 'MONOCHROME2'))
    throw new InputError(
      file,
      `expected grey voxels of 1 channel (MONOCHROME2), received ${samples} ${samples === 1 ? 'channel of colours' : 'channels'}; ${REMEDY}`,
    );
}

/** Refuses axes that are not of length 1 and at right angles to 1e-3; headers round to 6 digits or so. */
function directionsOf(read: HeaderReader, file: string): [Vector3, Vector3] {
  const [a, b, c, d, e, f] = read.numbers('x00200037', 'ImageOrientationPatient (0020,0037)', 6) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const wrong = Math.max(
    Math.abs(Math.hypot(a, b, c) - 1),
    Math.abs(Math.hypot(d, e, f) - 1),
    Math.abs(a * d + b * e + c * f),
  );
  if (!(wrong <= 1e-3))
    throw new InputError(
      file,
      `ImageOrientationPatient (0020,0037): expected two unit vectors at right angles, received ${[a, b, c, d, e, f].join(', ')}; ${REMEDY}`,
    );
  return [
    [a, b, c],
    [d, e, f],
  ];
}

function rescaleOf(
  read: HeaderReader,
  file: string,
  encoding: DicomPixels['encoding'],
): { slope: number; intercept: number } {
  const slope = read.numbers('x00281053', 'RescaleSlope (0028,1053)', 1, [1])[0]!;
  const intercept = read.numbers('x00281052', 'RescaleIntercept (0028,1052)', 1, [0])[0]!;
  if (slope === 0 || Math.abs(slope) * 65536 + Math.abs(intercept) >= 2 ** 31)
    throw new InputError(
      file,
      `RescaleSlope (0028,1053), RescaleIntercept: expected a slope other than 0 and values that fit 32 bits, received ${slope}, ${intercept}; ${REMEDY}`,
    );
  if (read.has('x00283000') && !read.has('x00281053'))
    throw new InputError(
      file,
      'expected values by RescaleSlope (0028,1053) and RescaleIntercept, received a table (0028,3000); convert the series to NRRD',
    );
  // GDCM applies the two to its decoded voxels, but for some kinds of images it does not.
  if (encoding === 'compressed' && (slope !== 1 || intercept !== 0) && read.text('x00080016') !== CT_IMAGE)
    throw new InputError(
      file,
      'expected a CT image, or compressed voxels without RescaleSlope (0028,1053), received neither; convert it, for example with gdcmconv --raw',
    );
  return { slope, intercept };
}

function storedTypeOf(
  read: HeaderReader,
  file: string,
): Pick<DicomPixels, 'bytes' | 'bitsStored' | 'signed'> {
  const allocated = read.word('x00280100') ?? 0;
  const bitsStored = read.word('x00280101') ?? allocated;
  const highBit = read.word('x00280102') ?? bitsStored - 1;
  const representation = read.word('x00280103') ?? 0;
  if (
    (allocated !== 8 && allocated !== 16) ||
    bitsStored < 1 ||
    bitsStored > allocated ||
    highBit !== bitsStored - 1 ||
    representation > 1
  )
    throw new InputError(
      file,
      `expected voxels of 8 or 16 bits, the lowest of them in use, received BitsAllocated ${allocated}, BitsStored ${bitsStored}, HighBit ${highBit}, PixelRepresentation ${representation}; ${REMEDY}`,
    );
  return { bytes: allocated === 8 ? 1 : 2, bitsStored, signed: representation === 1 };
}

function requireLength({ file, columns, rows, pixels }: DicomSlice, length: number): void {
  const expected = columns * rows * pixels.bytes;
  // An odd count is filled up to an even one.
  if (length !== expected + (expected % 2))
    throw new InputError(
      file,
      `PixelData (7FE0,0010): expected ${expected} bytes (${columns} x ${rows} voxels of ${8 * pixels.bytes} bits), received ${length === 0xffffffff ? 'an unknown length' : length}; ${REMEDY}`,
    );
}
