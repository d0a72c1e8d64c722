import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { systemReason } from '../../paths.js';
import { isMisread } from '../voxels/folderWalk.js';
import { hasDicomMark, isUid, peekDicom } from './dicomDataSet.js';
import { fieldsOf } from './dicomFields.js';
import { kindBesideSlices } from './dicomKinds.js';

/** What a search sees in a file. */
export type DicomFile =
  /** An image that may be a slice of this series. */
  | { readonly kind: 'slice'; readonly uid: string }
  /** Of DICOM, and surely no slice of a volume. */
  | { readonly kind: 'left out'; readonly reason: string }
  /** It says that it is of DICOM, and cannot be read as such. */
  | { readonly kind: 'doubtful'; readonly reason: string }
  /** Nothing says that it is of DICOM. */
  | { readonly kind: 'other'; readonly reason: string; readonly empty: boolean };

/** Where the series' uid is looked for: it stands in the first KiB, unless private tags come before it. */
const LIMITS_BYTES = [4096, 1 << 20, 64 << 20];
const IMAGE_TYPE = 0x00080008;
const SOP_CLASS = 0x00080016;
const SERIES_UID = 0x0020000e;
const WANTED = new Set([IMAGE_TYPE, SOP_CLASS, SERIES_UID]);
/** A slice that somebody packed. */
export const PACKED_SLICE = /\.(dcm|ima|dicom)\.(gz|bz2|xz|zip)$/i;
const NO_MARK = 'it has no mark DICM at byte 128';

/** Reads as much of a file as says what it is. Nothing that its header says is repeated, but uids. */
export function lookAtFile(file: string): DicomFile {
  if (PACKED_SLICE.test(file)) return { kind: 'doubtful', reason: 'it is packed: unpack it' };
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    for (const limit of LIMITS_BYTES) {
      const start = Buffer.alloc(Math.min(limit, size));
      const bytes = start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
      if (!hasDicomMark(bytes)) return withoutMark(file, size);
      const found = contentOf(bytes, file);
      if (found !== undefined) return found;
      if (limit >= size) break;
    }
    return {
      kind: 'doubtful',
      reason: 'its header is corrupt or cut short before its SeriesInstanceUID (0020,000E)',
    };
  } catch (error) {
    return {
      kind: 'doubtful',
      reason: isMisread(file)
        ? 'its name is not UTF-8: rename it'
        : `it cannot be opened (${systemReason(error)})`,
    };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function withoutMark(file: string, size: number): DicomFile {
  if (/\.dcm$/i.test(file)) return { kind: 'doubtful', reason: size === 0 ? 'it is empty' : NO_MARK };
  return { kind: 'other', reason: size === 0 ? 'it is empty' : NO_MARK, empty: size === 0 };
}

/** Undefined where the bytes end before they say it. */
function contentOf(bytes: Buffer, file: string): DicomFile | undefined {
  const opened = peekDicom(bytes);
  if (opened === undefined) return undefined;
  const fields = fieldsOf(opened, file, WANTED, SERIES_UID);
  // A table of contents says what it is in its meta group, and is long.
  const byMeta = kindBesideSlices(opened.mediaClass, '');
  if (byMeta !== undefined) return { kind: 'left out', reason: byMeta };
  if (fields === undefined) return undefined;
  const sopClass = fields.text(SOP_CLASS) ?? '';
  const kind = kindBesideSlices(isUid(sopClass) ? sopClass : '', fields.text(IMAGE_TYPE) ?? '');
  if (kind !== undefined) return { kind: 'left out', reason: kind };
  if (opened.syntax === '')
    return {
      kind: 'doubtful',
      reason: 'it has no TransferSyntaxUID (0002,0010), which says how its voxels are stored',
    };
  const uid = fields.text(SERIES_UID) ?? '';
  if (isUid(uid)) return { kind: 'slice', uid };
  return {
    kind: 'doubtful',
    reason: `its SeriesInstanceUID (0020,000E) is no uid of digits and dots (${uid.length} characters)`,
  };
}
