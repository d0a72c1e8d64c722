import { InputError } from '../../errors.js';
import { withFile } from '../voxels/inputFile.js';
import { openDicom, REMEDY } from './dicomDataSet.js';
import { type DicomFields, fieldsOf } from './dicomFields.js';

/** What files that are to lie beside a series must repeat of its slices: whose it is, of which study and frame of reference. */
export interface DicomContext {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly frameOfReferenceUid: string;
  /** Values of patient and study as they stand in the slice, by tag; empty where the slice does not say them. */
  readonly copied: Readonly<Record<string, readonly [vr: string, value: Buffer]>>;
  /** Of every slice, in the order of the files. */
  readonly instances: readonly { readonly classUid: string; readonly instanceUid: string }[];
}

const TAGS = {
  sopClass: 0x00080016,
  instance: 0x00080018,
  study: 0x0020000d,
  series: 0x0020000e,
  frameOfReference: 0x00200052,
} as const;
/** Type 2 of the modules Patient and General Study, and the encoding of their texts. */
const COPIED: readonly (readonly [tag: string, vr: string])[] = [
  ['0008,0005', 'CS'],
  ['0008,0020', 'DA'],
  ['0008,0030', 'TM'],
  ['0008,0050', 'SH'],
  ['0008,0090', 'PN'],
  ['0010,0010', 'PN'],
  ['0010,0020', 'LO'],
  ['0010,0030', 'DA'],
  ['0010,0040', 'CS'],
  ['0020,0010', 'SH'],
];
const numberOf = (tag: string): number => Number.parseInt(tag.replace(',', ''), 16);
const WANTED = new Set<number>([...Object.values(TAGS), ...COPIED.map(([tag]) => numberOf(tag))]);
/** All of them stand before the voxels. */
const START_BYTES = 1 << 20;

/**
 * Reads what a report on a series repeats of its slices; the patient's data are copied, never shown. Throws InputError, RangeError
 * for no slices.
 * @example
 * const [series] = findScans('dicom', 'all');
 * const { studyUid, instances } = await readDicomContext(series.slices ?? []);
 * console.log(studyUid, instances.length);
 */
export async function readDicomContext(slices: readonly string[]): Promise<DicomContext> {
  let first: DicomFields | undefined;
  const instances: DicomContext['instances'][number][] = [];
  // One by one: the starts of all slices together may be the whole series.
  for (const file of slices) {
    const fields = await startOf(file);
    first ??= fields;
    instances.push({
      classUid: fields.uid(TAGS.sopClass, 'SOPClassUID (0008,0016)'),
      instanceUid: fields.uid(TAGS.instance, 'SOPInstanceUID (0008,0018)'),
    });
  }
  if (first === undefined) throw new RangeError('Expected the slices of a DICOM series, received none');
  return {
    studyUid: first.uid(TAGS.study, 'StudyInstanceUID (0020,000D)'),
    seriesUid: first.uid(TAGS.series, 'SeriesInstanceUID (0020,000E)'),
    frameOfReferenceUid: first.uid(TAGS.frameOfReference, 'FrameOfReferenceUID (0020,0052)'),
    copied: Object.fromEntries(COPIED.map(([tag, vr]) => [tag, [vr, copyOf(first, tag)]] as const)),
    instances,
  };
}

/** Without the rest of the file's start, which it is a view of. */
function copyOf(fields: DicomFields, tag: string): Buffer {
  return Buffer.from(fields.bytes(numberOf(tag)) ?? []);
}

async function startOf(file: string): Promise<DicomFields> {
  const start = await withFile(file, (input) => input.content(START_BYTES));
  const fields = fieldsOf(openDicom(start, file), file, WANTED, TAGS.frameOfReference);
  if (fields === undefined)
    throw new InputError(
      file,
      `expected a header up to FrameOfReferenceUID (0020,0052), found it cut short; ${REMEDY}`,
    );
  return fields;
}
