import { constants, inflateRawSync } from 'node:zlib';
import { InputError } from '../../errors.js';
import {
  BytesEnd,
  type DicomElements,
  type ElementCoding,
  EXPLICIT_LITTLE,
  PIXEL_DATA,
  readElements,
} from './dicomElements.js';

/** The start of a DICOM file, its data set unpacked where it is deflated. */
export interface DicomStart {
  /** The file's bytes; behind the meta group those of the data set, unpacked. */
  readonly bytes: Buffer;
  /** Where the data set begins. */
  readonly from: number;
  readonly coding: ElementCoding;
  readonly syntax: string;
  /** SOP class of the meta group; empty where it has none. */
  readonly mediaClass: string;
  readonly deflated: boolean;
}

type Meta = Pick<DicomStart, 'syntax' | 'mediaClass'> & { readonly end: number };

/** Transfer syntaxes of https://dicom.nema.org/medical/dicom/current/output/chtml/part05/chapter_10.html. */
const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
export const RUN_LENGTHS = '1.2.840.10008.1.2.5';
export const NATIVE_SYNTAXES: ReadonlySet<string> = new Set([
  IMPLICIT_LITTLE,
  '1.2.840.10008.1.2.1',
  EXPLICIT_BIG,
  DEFLATED,
]);
/** JPEG baseline, extended and lossless, JPEG-LS, JPEG 2000: what GDCM decodes. */
const DECODED_BY_GDCM = /^1\.2\.840\.10008\.1\.2\.4\.(50|51|57|70|80|81|90|91)$/;

const MARK_END_BYTE = 132;
const MEDIA_CLASS = 0x00020002;
const TRANSFER_SYNTAX = 0x00020010;
const META_GROUP_END = 0x0002ffff;
/** A data set that unpacks to more is no slice of a scan. */
const MOST_UNPACKED_BYTES = 2 ** 30;
/** Voxels of a scan pack ten times at most; a header, and a slice of nothing but air, are small. What packs more is made to fill memory. */
const MOST_PACKED = 100;
const SURELY_FITS_BYTES = 64 * 2 ** 20;
export const REMEDY = 'copy the file again, or remove it if it is no slice of a volume';

/** Whether a file's first bytes are those of DICOM: DICM at byte 128. */
export function hasDicomMark(start: Buffer): boolean {
  return start.length >= MARK_END_BYTE && start.toString('latin1', 128, MARK_END_BYTE) === 'DICM';
}

/**
 * The start of a file up to its meta group; `start` are the file's first bytes, of a deflated one all that there are.
 * Throws InputError, naming `file`, for what is no DICOM file and for syntaxes that no reader knows.
 */
export function openDicom(start: Buffer, file: string): DicomStart {
  if (!hasDicomMark(start))
    throw new InputError(
      file,
      'expected a DICOM file with the mark DICM at byte 128, found none; remove it, or convert it, for example with gdcmconv',
    );
  const meta = metaOf(start);
  if (meta === undefined || meta.syntax === '')
    throw new InputError(
      file,
      `expected a DICOM file with a TransferSyntaxUID (0002,0010), found none: it is corrupt or cut short; ${REMEDY}`,
    );
  const { syntax } = meta;
  if (!NATIVE_SYNTAXES.has(syntax) && syntax !== RUN_LENGTHS && !DECODED_BY_GDCM.test(syntax))
    throw new InputError(
      file,
      `expected voxels uncompressed, deflated or as JPEG, JPEG-LS, JPEG 2000 or RLE, received transfer syntax ${syntax}; convert it, for example with gdcmconv --raw`,
    );
  const opened = unpacked(start, meta);
  if (opened !== undefined) return opened;
  throw new InputError(
    file,
    `the deflated data set is corrupt, or has more than ${mostUnpacked(start.length - meta.end)} bytes; ${REMEDY}`,
  );
}

/** As openDicom(), of any transfer syntax and of none (''), for what a search asks of a file; undefined where it cannot be read. */
export function peekDicom(start: Buffer): DicomStart | undefined {
  const meta = hasDicomMark(start) ? metaOf(start) : undefined;
  return meta === undefined ? undefined : unpacked(start, meta);
}

/** The wanted elements up to `until`; undefined where the bytes end before, or are no elements. */
export function elementsOf(
  { bytes, from, coding }: DicomStart,
  wanted: ReadonlySet<number>,
  until: number = PIXEL_DATA,
): DicomElements | undefined {
  try {
    return readElements(bytes, from, coding, wanted, until).found;
  } catch (error) {
    if (error instanceof BytesEnd || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether a text is a uid; what is none could be anything, also a name. */
export function isUid(text: string): boolean {
  return /^\d[\d.]{0,63}$/.test(text);
}

function metaOf(start: Buffer): Meta | undefined {
  try {
    const { found, end } = readElements(
      start,
      MARK_END_BYTE,
      EXPLICIT_LITTLE,
      new Set([MEDIA_CLASS, TRANSFER_SYNTAX]),
      META_GROUP_END,
    );
    const uidOf = (tag: number): string => {
      const { offset, length } = found.get(tag) ?? { offset: 0, length: 0 };
      const text = start
        .toString('latin1', offset, offset + length)
        .replace(/\0.*$/s, '')
        .trim();
      return isUid(text) ? text : '';
    };
    return { syntax: uidOf(TRANSFER_SYNTAX), mediaClass: uidOf(MEDIA_CLASS), end };
  } catch (error) {
    if (error instanceof BytesEnd || error instanceof RangeError) return undefined;
    throw error;
  }
}

function mostUnpacked(packedBytes: number): number {
  return Math.min(MOST_UNPACKED_BYTES, Math.max(SURELY_FITS_BYTES, MOST_PACKED * packedBytes));
}

function unpacked(start: Buffer, { syntax, mediaClass, end }: Meta): DicomStart | undefined {
  const deflated = syntax === DEFLATED;
  const shared = (bytes: Buffer): DicomStart => ({
    bytes,
    from: end,
    coding: { explicit: isExplicit(bytes, end), bigEndian: syntax === EXPLICIT_BIG },
    syntax,
    mediaClass,
    deflated,
  });
  if (!deflated) return shared(start);
  try {
    const dataSet = inflateRawSync(start.subarray(end), {
      // The start of a file gives the start of its data set.
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: mostUnpacked(start.length - end),
    });
    const bytes = Buffer.from(new ArrayBuffer(end + dataSet.length));
    start.copy(bytes, 0, 0, end);
    dataSet.copy(bytes, end);
    return shared(bytes);
  } catch {
    return undefined;
  }
}

/** Some files are coded otherwise than their syntax says: the first element tells, as pydicom reads it. */
function isExplicit(bytes: Buffer, from: number): boolean {
  return /^[A-Z]{2}$/.test(bytes.toString('latin1', from + 4, from + 6));
}
