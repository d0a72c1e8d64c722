import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import type { DisplayWindow, Vector3 } from '../voxels/volume.js';
import { openDicom, REMEDY } from './dicomDataSet.js';
import { type DicomElements, PIXEL_DATA } from './dicomElements.js';
import { type DicomFields, fieldsOf } from './dicomFields.js';
import { type DicomPixels, dicomPixels, dicomRescaling, PIXEL_TAGS } from './dicomPixels.js';
import { dicomWindow, WINDOW_TAGS } from './dicomWindow.js';

/** One image of a file: the tags that a volume needs and no other, so that nothing of a patient is ever held. */
export interface DicomSlice {
  readonly file: string;
  /** Which image of the file it is, from 0. */
  readonly frame: number;
  readonly seriesUid: string;
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
  /** Whether its header says the intercept; else it is 0. */
  readonly hasIntercept: boolean;
  /** Where several slices have one position: which time, and which run of the scanner, each is of. */
  readonly temporalPosition?: number;
  readonly acquisition?: number;
  readonly displayWindow?: DisplayWindow;
  readonly pixels: DicomPixels;
}

const TAGS = {
  ...PIXEL_TAGS,
  ...WINDOW_TAGS,
  acquisition: 0x00200012,
  seriesUid: 0x0020000e,
  position: 0x00200032,
  orientation: 0x00200037,
  temporalPosition: 0x00200100,
  frameContent: 0x00209111,
  planePosition: 0x00209113,
  planeOrientation: 0x00209116,
  temporalIndex: 0x00209128,
  frameAcquisition: 0x00209156,
  spacing: 0x00280030,
  pixelMeasures: 0x00289110,
  valueTransformation: 0x00289145,
  sharedGroups: 0x52009229,
  frameGroups: 0x52009230,
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(TAGS));
/** The groups of fields that an Enhanced CT gives for all its frames, or for each. */
const GROUPS = [
  TAGS.frameContent,
  TAGS.planePosition,
  TAGS.planeOrientation,
  TAGS.pixelMeasures,
  TAGS.valueTransformation,
  TAGS.frameWindow,
];

/**
 * The images that the header in the first bytes of a file describes, one a frame; undefined where the voxels begin only
 * behind those bytes, so that more must be read. Of a deflated file `start` is all of it.
 * Throws InputError naming file and tag. No message repeats a text of the header: in a damaged one it could be a name.
 */
export function parseDicomHeader(start: Buffer, file: string): readonly DicomSlice[] | undefined {
  const opened = openDicom(start, file);
  const fields = fieldsOf(opened, file, WANTED);
  const voxels = fields?.element(PIXEL_DATA);
  if (fields === undefined || voxels === undefined || voxels.offset > opened.bytes.length) return undefined;
  const pixels = dicomPixels(fields, opened, voxels);
  requireUnpacked(pixels, opened.bytes.length, file);
  return framesOf(fields, pixels.frames).map((ofFrame, frame) => sliceOf(ofFrame, pixels, frame));
}

function sliceOf(fields: DicomFields, pixels: DicomPixels, frame: number): DicomSlice {
  const { file } = fields;
  const [rowDirection, columnDirection] = directionsOf(fields);
  const temporalPosition =
    fields.element(TAGS.temporalIndex) !== undefined
      ? fields.dword(TAGS.temporalIndex)
      : wholeNumber(fields, TAGS.temporalPosition);
  const displayWindow = dicomWindow(fields);
  const acquisition = fields.word(TAGS.frameAcquisition) ?? wholeNumber(fields, TAGS.acquisition);
  return {
    file,
    frame,
    seriesUid: fields.uid(TAGS.seriesUid, 'SeriesInstanceUID (0020,000E)'),
    spacingMm: spacingOf(fields),
    positionMm: fields.numbers(
      TAGS.position,
      pixels.frames === 1
        ? 'ImagePositionPatient (0020,0032)'
        : `ImagePositionPatient (0020,0032) of frame ${frame + 1}`,
      3,
    ) as unknown as Vector3,
    rowDirection,
    columnDirection,
    ...dicomRescaling(fields),
    ...given({ temporalPosition, acquisition, displayWindow }),
    pixels,
  };
}

/** For each frame the fields of its own group, then those that all frames share, then those of the file. */
function framesOf(fields: DicomFields, frames: number): readonly DicomFields[] {
  const shared = groupsIn(fields.items(TAGS.sharedGroups)[0]);
  const own = fields.items(TAGS.frameGroups);
  if (own.length !== frames && (own.length > 0 || frames > 1))
    throw new InputError(
      fields.file,
      `expected a group of fields for each frame (PerFrameFunctionalGroupsSequence, 5200,9230, as an Enhanced CT has), received ${own.length} for ${frames} frames; split the file into single slices, or convert it to NRRD`,
    );
  if (frames === 1) return [fields.within(...groupsIn(own[0]), ...shared)];
  return own.map((group) => fields.within(...groupsIn(group), ...shared));
}

function groupsIn(group: DicomElements | undefined): (DicomElements | undefined)[] {
  return GROUPS.map((tag) => group?.get(tag)?.items[0]);
}

/** A whole number that is written in digits; undefined for anything else, on which no slice depends. */
function wholeNumber(fields: DicomFields, tag: number): number | undefined {
  const text = fields.text(tag);
  return text !== undefined && /^[-+]?\d{1,12}$/.test(text) ? Number(text) : undefined;
}

function spacingOf(fields: DicomFields): [number, number] {
  const name = 'PixelSpacing (0028,0030)';
  const [alongY, alongX] = fields.numbers(TAGS.spacing, name, 2);
  if (!(alongX! > 0 && alongY! > 0))
    throw new InputError(
      fields.file,
      `${name}: expected two numbers above 0 mm, received ${alongY}, ${alongX}; ${REMEDY}`,
    );
  return [alongX!, alongY!];
}

/** Refuses axes that are not of length 1 and at right angles to 1e-3; headers round to 6 digits or so. */
function directionsOf(fields: DicomFields): [Vector3, Vector3] {
  const name = 'ImageOrientationPatient (0020,0037)';
  const numbers = fields.numbers(TAGS.orientation, name, 6);
  const [a, b, c, d, e, f] = numbers as unknown as readonly [...Vector3, ...Vector3];
  const wrong = Math.max(
    Math.abs(Math.hypot(a, b, c) - 1),
    Math.abs(Math.hypot(d, e, f) - 1),
    Math.abs(a * d + b * e + c * f),
  );
  if (!(wrong <= 1e-3))
    throw new InputError(
      fields.file,
      `${name}: expected two unit vectors at right angles, received ${numbers.join(', ')}; ${REMEDY}`,
    );
  return [
    [a, b, c],
    [d, e, f],
  ];
}

/** Of a deflated file all is there that there is. */
function requireUnpacked(pixels: DicomPixels, there: number, file: string): void {
  if (!pixels.deflated) return;
  const expected = pixels.frames * pixels.columns * pixels.rows * pixels.bytes;
  if (there - pixels.offset < expected)
    throw new InputError(
      file,
      `the file is cut short: expected ${expected} bytes of voxels, found ${there - pixels.offset} when unpacked; copy it again`,
    );
}
