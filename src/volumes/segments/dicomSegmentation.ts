import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import { type DicomStart, NATIVE_SYNTAXES, openDicom, REMEDY } from '../dicom/dicomDataSet.js';
import { type DicomElement, type DicomElements, PIXEL_DATA } from '../dicom/dicomElements.js';
import { type DicomFields, fieldsOf } from '../dicom/dicomFields.js';
import type { Vector3 } from '../voxels/volume.js';
import { type PlacedFrame, stackFrames } from './frameStack.js';
import type { SegmentMask } from './segmentMask.js';

/** Segmentation Storage and Label Map Segmentation Storage. */
export const SEGMENTATION_CLASSES: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.1.1.66.4',
  '1.2.840.10008.5.1.4.1.1.66.7',
]);

const TAGS = {
  seriesUid: 0x0020000e,
  referencedSeries: 0x00081115,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  allocated: 0x00280100,
  spacing: 0x00280030,
  sliceThickness: 0x00180050,
  gap: 0x00180088,
  position: 0x00200032,
  orientation: 0x00200037,
  planePosition: 0x00209113,
  planeOrientation: 0x00209116,
  pixelMeasures: 0x00289110,
  sharedGroups: 0x52009229,
  frameGroups: 0x52009230,
  type: 0x00620001,
  segments: 0x00620002,
  segmentNumber: 0x00620004,
  segmentLabel: 0x00620005,
  identification: 0x0062000a,
  referencedSegment: 0x0062000b,
  greatestFraction: 0x0062000e,
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(TAGS));
const GROUPS = [TAGS.planePosition, TAGS.planeOrientation, TAGS.pixelMeasures, TAGS.identification];

/** A DICOM segmentation: of which series, and its segments. */
export interface DicomSegmentation {
  /** The SeriesInstanceUID of the scan that was segmented; undefined where the file does not say it. */
  readonly seriesUid: string | undefined;
  readonly segments: readonly SegmentMask[];
}

/** How the frames' voxels lie in the file. */
interface Frames {
  readonly type: 'BINARY' | 'FRACTIONAL' | 'LABELMAP';
  readonly columns: number;
  readonly rows: number;
  readonly bytes: Buffer;
  readonly bits: number;
  readonly bigEndian: boolean;
  /** Of FRACTIONAL: what stands for 1. */
  readonly greatest: number;
}

/**
 * Reads the segments of a DICOM segmentation (BINARY, FRACTIONAL from one half on, LABELMAP; not compressed), each on the grid
 * around its own frames: files leave empty frames out. Segments without a frame are left out.
 * `content` is the whole file. Throws InputError naming `file` and the field; no message repeats a text of the header but uids.
 * https://dicom.nema.org/medical/dicom/current/output/chtml/part03/sect_A.51.html
 */
export function parseDicomSegmentation(content: Buffer, file: string): DicomSegmentation {
  const opened = openDicom(content, file);
  const fields = fieldsOf(opened, file, WANTED);
  const voxels = fields?.element(PIXEL_DATA);
  if (fields === undefined || voxels === undefined)
    throw new InputError(file, `expected voxels (PixelData, 7FE0,0010), found none; ${REMEDY}`);
  const frames = framesOf(fields, opened, voxels);
  const groups = groupsOf(fields, frames);
  const [series] = fields.items(TAGS.referencedSeries);
  const seriesUid = series === undefined ? undefined : fields.within(series).text(TAGS.seriesUid);
  const segments = fields.items(TAGS.segments).flatMap((item) => {
    const segment = fields.within(item);
    const label = segment.word(TAGS.segmentNumber) ?? 0;
    // Of a label map: its background.
    if (label === 0) return [];
    const placed = groups.flatMap((group, frame) => placedFrame(group, frame, frames, label));
    if (placed.length === 0) return [];
    return [{ label, name: segment.text(TAGS.segmentLabel) ?? '', ...stackFrames(placed, file) }];
  });
  return { seriesUid, segments };
}

function framesOf(fields: DicomFields, opened: DicomStart, voxels: DicomElement): Frames {
  const { file } = fields;
  if (!NATIVE_SYNTAXES.has(opened.syntax))
    throw new InputError(
      file,
      `expected a segmentation without compression, received transfer syntax ${opened.syntax}; convert it, for example with gdcmconv --raw`,
    );
  const type = fields.text(TAGS.type) ?? '';
  if (type !== 'BINARY' && type !== 'FRACTIONAL' && type !== 'LABELMAP')
    throw new InputError(
      file,
      `SegmentationType (0062,0001): expected BINARY, FRACTIONAL or LABELMAP, received another one; ${REMEDY}`,
    );
  const bits = fields.word(TAGS.allocated) ?? 0;
  const allowed = { BINARY: [1], FRACTIONAL: [8], LABELMAP: [8, 16] }[type];
  if (!allowed.includes(bits))
    throw new InputError(
      file,
      `BitsAllocated (0028,0100): expected ${allowed.join(' or ')} for ${type}, received ${bits}; ${REMEDY}`,
    );
  return {
    ...{ type, bits, bigEndian: opened.coding.bigEndian },
    columns: fields.size(TAGS.columns, 'Columns (0028,0011)'),
    rows: fields.size(TAGS.rows, 'Rows (0028,0010)'),
    bytes: opened.bytes.subarray(voxels.offset, voxels.offset + voxels.length),
    greatest: fields.word(TAGS.greatestFraction) ?? 255,
  };
}

/** The fields of each frame, checked against the voxels that there are. */
function groupsOf(fields: DicomFields, { columns, rows, bits, bytes }: Frames): readonly DicomFields[] {
  const { file } = fields;
  const [count] = fields.numbers(TAGS.frames, 'NumberOfFrames (0028,0008)', 1, [1]);
  const own = fields.items(TAGS.frameGroups);
  if (own.length !== count)
    throw new InputError(
      file,
      `expected a group of fields for each frame (PerFrameFunctionalGroupsSequence, 5200,9230), received ${own.length} for ${count} frames; ${REMEDY}`,
    );
  const expected = Math.ceil((own.length * rows * columns * bits) / 8);
  if (bytes.length < expected)
    throw new InputError(
      file,
      `the file is cut short: expected ${expected} bytes of voxels, found ${bytes.length}; copy it again`,
    );
  const groupsIn = (item: DicomElements | undefined) => GROUPS.map((tag) => item?.get(tag)?.items[0]);
  const shared = groupsIn(fields.items(TAGS.sharedGroups)[0]);
  return own.map((item) => fields.within(...groupsIn(item), ...shared));
}

/** Where a frame lies and which of its voxels are of the segment; none where it is of another one. */
function placedFrame(group: DicomFields, frame: number, frames: Frames, label: number): PlacedFrame[] {
  if (frames.type !== 'LABELMAP' && group.word(TAGS.referencedSegment) !== label) return [];
  const mask = frameMask(frames, frame, label);
  if (frames.type === 'LABELMAP' && !mask.includes(1)) return [];
  const [alongY, alongX] = group.numbers(TAGS.spacing, 'PixelSpacing (0028,0030)', 2);
  const axes = group.numbers(TAGS.orientation, 'ImageOrientationPatient (0020,0037)', 6);
  const gapMm = millimetresOf(group, TAGS.gap, 'SpacingBetweenSlices (0018,0088)');
  const thicknessMm = millimetresOf(group, TAGS.sliceThickness, 'SliceThickness (0018,0050)');
  return [
    {
      ...{ columns: frames.columns, rows: frames.rows, mask },
      spacingMm: [alongX!, alongY!],
      rowDirection: axes.slice(0, 3) as unknown as Vector3,
      columnDirection: axes.slice(3) as unknown as Vector3,
      positionMm: group.numbers(TAGS.position, 'ImagePositionPatient (0020,0032)', 3) as unknown as Vector3,
      ...given({ gapMm, thicknessMm }),
    },
  ];
}

function millimetresOf(group: DicomFields, tag: number, name: string): number | undefined {
  const [mm] = group.numbers(tag, name, 1, [0]);
  return mm! > 0 ? mm : undefined;
}

/** Bits are packed from the lowest on, and frames follow each other without a gap. */
function frameMask(
  { type, columns, rows, bytes, bits, bigEndian, greatest }: Frames,
  frame: number,
  label: number,
): Uint8Array {
  const count = columns * rows;
  const first = frame * count;
  const mask = new Uint8Array(count);
  const isSet = (at: number): boolean => {
    if (type === 'BINARY') return ((bytes[at >> 3]! >> (at & 7)) & 1) === 1;
    if (type === 'FRACTIONAL') return 2 * bytes[at]! >= greatest;
    if (bits === 8) return bytes[at] === label;
    return (bigEndian ? bytes.readUInt16BE(2 * at) : bytes.readUInt16LE(2 * at)) === label;
  };
  for (let i = 0; i < count; i++) if (isSet(first + i)) mask[i] = 1;
  return mask;
}
