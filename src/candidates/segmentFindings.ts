import { basename } from 'node:path';
import { InputError } from '../errors.js';
import { given } from '../given.js';
import { hasDicomMark, peekDicom } from '../volumes/dicom/dicomDataSet.js';
import { readVolume, SCAN_EXTENSIONS } from '../volumes/readVolume.js';
import {
  type DicomSegmentation,
  parseDicomSegmentation,
  SEGMENTATION_CLASSES,
} from '../volumes/segments/dicomSegmentation.js';
import { labelsOf } from '../volumes/segments/labelImage.js';
import { parseRtStructures, STRUCTURES_CLASS } from '../volumes/segments/rtStructures.js';
import type { SegmentMask } from '../volumes/segments/segmentMask.js';
import { withFile } from '../volumes/voxels/inputFile.js';
import { CENTER_COLUMNS } from './csvTable.js';
import { csvText } from './csvText.js';
import { type MeasuredComponent, measureComponents } from './measureComponents.js';

/** A connected part of a segmentation. */
export interface SegmentFinding extends MeasuredComponent {
  /** Of the scan that was segmented. */
  readonly seriesUid: string;
  /** Which label, segment or structure of the file, and its name there (empty where it has none). */
  readonly label: number;
  readonly name: string;
}

/** Which scan the segmentation belongs to. */
export interface SegmentFindingsOptions {
  /** Default: what a DICOM file says, else the file's name without its ending and `_label`, `_mask` or `_seg`. */
  readonly seriesUid?: string;
  readonly signal?: AbortSignal;
}

/** The first KiB say what a file is. */
const START_BYTES = 4096;

/**
 * The connected parts (26 neighbours) of every label of a segmentation, in the order of labels, then of their first voxels: label
 * images (MetaImage, NRRD, NIfTI), DICOM segmentations and RT structure sets. Throws InputError.
 * @example
 * for (const { label, centerWorldMm, diameterMm } of await segmentFindings('nodules_seg.mhd'))
 *   console.log(label, centerWorldMm, diameterMm);
 */
export async function segmentFindings(
  file: string,
  { seriesUid, signal }: SegmentFindingsOptions = {},
): Promise<SegmentFinding[]> {
  const kind = await dicomClass(file);
  if (kind === undefined) {
    const volume = await readVolume(file, given({ signal }));
    return findingsOf(labelsOf(volume, file), seriesUid ?? uidOf(file));
  }
  const read = async (
    parse: (content: Buffer, file: string) => DicomSegmentation,
  ): Promise<SegmentFinding[]> => {
    const content = await withFile(file, (input) => input.content());
    const { segments, seriesUid: said } = parse(content, file);
    return findingsOf(segments, seriesUid ?? said ?? uidOf(file));
  };
  if (SEGMENTATION_CLASSES.has(kind)) return read(parseDicomSegmentation);
  if (kind === STRUCTURES_CLASS) return read(parseRtStructures);
  throw new InputError(
    file,
    `expected a DICOM segmentation or RT structure set, received another SOP class (${kind || 'none'})`,
  );
}

/** LUNA16's columns of annotations and of candidates (class 1) at once, then what else is known. */
export function segmentTableText(findings: readonly SegmentFinding[]): string {
  return csvText(
    ['seriesuid', ...CENTER_COLUMNS, 'diameter_mm', 'class', 'in_plane_mm', 'voxels', 'label', 'name'],
    findings.map(({ seriesUid, centerWorldMm, diameterMm, inPlaneMm, voxels, label, name }) => [
      ...[seriesUid, ...centerWorldMm, diameterMm, 1, inPlaneMm, voxels, label, name],
    ]),
  );
}

function findingsOf(segments: Iterable<SegmentMask>, seriesUid: string): SegmentFinding[] {
  return Array.from(segments, ({ label, name, mask, geometry }) =>
    measureComponents(mask, geometry).map((part) => ({ seriesUid, label, name, ...part })),
  ).flat();
}

function uidOf(file: string): string {
  const name = basename(file);
  const ending = [...SCAN_EXTENSIONS, '.dcm'].filter((one) => name.toLowerCase().endsWith(one));
  const longest = Math.max(0, ...ending.map(({ length }) => length));
  return name.slice(0, name.length - longest).replace(/[_-](label|mask|seg|segmentation)$/i, '');
}

/** SOP class of a DICOM file; undefined for other files. */
async function dicomClass(file: string): Promise<string | undefined> {
  const start = await withFile(file, (input) => input.content(START_BYTES));
  return hasDicomMark(start) ? (peekDicom(start)?.mediaClass ?? '') : undefined;
}
