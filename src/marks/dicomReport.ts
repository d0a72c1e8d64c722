import { VERSION } from '../version.js';
import type { DicomContext } from '../volumes/dicom/dicomContext.js';
import { dicomFile, newUid, type WrittenDataSet } from '../volumes/dicom/dicomWriter.js';
import { type ReadingMark, requireMarks } from './mark.js';

const COMPREHENSIVE_3D = '1.2.840.10008.5.1.4.1.1.88.34';
/** Beside the series of the scan; a number that scanners do not give. */
const SERIES_NUMBER = 9101;

/** Code value, coding scheme, meaning (PS3.16). */
type Code = readonly [value: string, scheme: string, meaning: string];
const CODES = {
  report: ['126000', 'DCM', 'Imaging Measurement Report'],
  language: ['121049', 'DCM', 'Language of Content Item and Descendants'],
  english: ['en-US', 'RFC5646', 'English (United States)'],
  observerType: ['121005', 'DCM', 'Observer Type'],
  device: ['121007', 'DCM', 'Device'],
  observerUid: ['121012', 'DCM', 'Device Observer UID'],
  observerName: ['121013', 'DCM', 'Device Observer Name'],
  procedure: ['121058', 'DCM', 'Procedure reported'],
  chestCt: ['24627-2', 'LN', 'CT Chest'],
  measurements: ['126010', 'DCM', 'Imaging Measurements'],
  group: ['125007', 'DCM', 'Measurement Group'],
  trackingName: ['112039', 'DCM', 'Tracking Identifier'],
  trackingUid: ['112040', 'DCM', 'Tracking Unique Identifier'],
  finding: ['121071', 'DCM', 'Finding'],
  nodule: ['27925004', 'SCT', 'Nodule'],
  algorithm: ['111001', 'DCM', 'Algorithm Name'],
  algorithmVersion: ['111003', 'DCM', 'Algorithm Version'],
  diameter: ['81827009', 'SCT', 'Diameter'],
  certainty: ['111012', 'DCM', 'Certainty of Finding'],
  region: ['111030', 'DCM', 'Image Region'],
  mm: ['mm', 'UCUM', 'mm'],
  percent: ['%', 'UCUM', 'Percent'],
} as const satisfies Record<string, Code>;

/**
 * Marks on a DICOM series as a structured report (Comprehensive 3D SR, TID 1500): each a finding `Nodule` with a circle of its
 * diameter in the axial plane through its centre (a point where it has none), the diameter in mm and, as the certainty in
 * percent, the probability. A score has no place in it. The report belongs to the series' study, is unverified and preliminary.
 * Throws RangeError for no marks: the template wants one.
 * @example
 * import { writeFileSync } from 'node:fs';
 * const [series] = findScans('dicom', 'all');
 * const mark = { centerWorldMm: [-40, 35, 2], diameterMm: 6.5, probability: 0.8 } as const;
 * writeFileSync('report.dcm', marksToReport([mark], await readDicomContext(series.slices ?? [])));
 */
export function marksToReport(
  marks: readonly ReadingMark[],
  context: DicomContext,
  now = new Date(),
): Buffer {
  requireMarks(marks);
  if (marks.length === 0) throw new RangeError('Expected at least one mark in a report, received none');
  const [date, time] = dateAndTime(now);
  const copied = Object.entries(context.copied).filter(
    ([tag, [, value]]) => tag !== '0008,0005' || value.length > 0,
  );
  return dicomFile({
    ...Object.fromEntries(copied),
    '0008,0012': ['DA', date],
    '0008,0013': ['TM', time],
    '0008,0016': ['UI', COMPREHENSIVE_3D],
    '0008,0018': ['UI', newUid()],
    '0008,0023': ['DA', date],
    '0008,0033': ['TM', time],
    '0008,0060': ['CS', 'SR'],
    '0008,0070': ['LO', 'voxlab'],
    '0008,103E': ['LO', 'Nodule marks, research use'],
    '0008,1111': ['SQ', []],
    '0018,1020': ['LO', VERSION],
    '0020,000D': ['UI', context.studyUid],
    '0020,000E': ['UI', newUid()],
    '0020,0011': ['IS', String(SERIES_NUMBER)],
    '0020,0013': ['IS', '1'],
    '0040,A372': ['SQ', []],
    '0040,A375': ['SQ', [evidence(context)]],
    '0040,A491': ['CS', 'COMPLETE'],
    '0040,A493': ['CS', 'UNVERIFIED'],
    '0040,A496': ['CS', 'PRELIMINARY'],
    ...container(CODES.report, '1500', [
      codeItem('HAS CONCEPT MOD', CODES.language, CODES.english),
      codeItem('HAS OBS CONTEXT', CODES.observerType, CODES.device),
      item('HAS OBS CONTEXT', 'UIDREF', CODES.observerUid, { '0040,A124': ['UI', newUid()] }),
      textItem('HAS OBS CONTEXT', CODES.observerName, 'voxlab'),
      codeItem('HAS CONCEPT MOD', CODES.procedure, CODES.chestCt),
      {
        '0040,A010': ['CS', 'CONTAINS'],
        ...container(
          CODES.measurements,
          undefined,
          marks.map((mark, i) => groupOf(mark, i + 1, context.frameOfReferenceUid)),
        ),
      },
    ]),
  });
}

/** The slices that the marks were found in. */
function evidence({ studyUid, seriesUid, instances }: DicomContext): WrittenDataSet {
  const slices = instances.map(
    ({ classUid, instanceUid }): WrittenDataSet => ({
      '0008,1150': ['UI', classUid],
      '0008,1155': ['UI', instanceUid],
    }),
  );
  return {
    '0008,1115': ['SQ', [{ '0008,1199': ['SQ', slices], '0020,000E': ['UI', seriesUid] }]],
    '0020,000D': ['UI', studyUid],
  };
}

/** TID 1410: a planar region with its measurements. */
function groupOf(
  { centerWorldMm, diameterMm, probability }: ReadingMark,
  rank: number,
  frameUid: string,
): WrittenDataSet {
  const [x, y, z] = centerWorldMm;
  const r = (diameterMm ?? 0) / 2;
  // Of a circle: the ends of two diameters at right angles.
  const ends = [x - r, y, z, x + r, y, z, x, y - r, z, x, y + r, z];
  const region: WrittenDataSet = {
    '0070,0022': ['FL', r === 0 ? [...centerWorldMm] : ends],
    '0070,0023': ['CS', r === 0 ? 'POINT' : 'ELLIPSE'],
    '3006,0024': ['UI', frameUid],
  };
  return {
    '0040,A010': ['CS', 'CONTAINS'],
    ...container(CODES.group, '1410', [
      textItem('HAS OBS CONTEXT', CODES.trackingName, `mark ${rank}`),
      item('HAS OBS CONTEXT', 'UIDREF', CODES.trackingUid, { '0040,A124': ['UI', newUid()] }),
      codeItem('CONTAINS', CODES.finding, CODES.nodule),
      textItem('HAS CONCEPT MOD', CODES.algorithm, 'voxlab'),
      textItem('HAS CONCEPT MOD', CODES.algorithmVersion, VERSION),
      ...(diameterMm === undefined ? [] : [numberItem(CODES.diameter, diameterMm, CODES.mm)]),
      ...(probability === undefined ? [] : [numberItem(CODES.certainty, 100 * probability, CODES.percent)]),
      item('CONTAINS', 'SCOORD3D', CODES.region, region),
    ]),
  };
}

function container(
  concept: Code,
  template: string | undefined,
  content: readonly WrittenDataSet[],
): WrittenDataSet {
  const from: WrittenDataSet = { '0008,0105': ['CS', 'DCMR'], '0040,DB00': ['CS', template ?? ''] };
  return {
    '0040,A040': ['CS', 'CONTAINER'],
    '0040,A043': ['SQ', [coded(concept)]],
    '0040,A050': ['CS', 'CONTINUOUS'],
    ...(template === undefined ? {} : { '0040,A504': ['SQ', [from]] as const }),
    '0040,A730': ['SQ', content],
  };
}

function item(relation: string, type: string, concept: Code, value: WrittenDataSet): WrittenDataSet {
  return {
    '0040,A010': ['CS', relation],
    '0040,A040': ['CS', type],
    '0040,A043': ['SQ', [coded(concept)]],
    ...value,
  };
}

function codeItem(relation: string, concept: Code, value: Code): WrittenDataSet {
  return item(relation, 'CODE', concept, { '0040,A168': ['SQ', [coded(value)]] });
}

function textItem(relation: string, concept: Code, text: string): WrittenDataSet {
  return item(relation, 'TEXT', concept, { '0040,A160': ['UT', text] });
}

function numberItem(concept: Code, value: number, unit: Code): WrittenDataSet {
  const measured: WrittenDataSet = {
    '0040,08EA': ['SQ', [coded(unit)]],
    '0040,A161': ['FD', value],
    '0040,A30A': ['DS', value],
  };
  return item('CONTAINS', 'NUM', concept, { '0040,A300': ['SQ', [measured]] });
}

function coded([value, scheme, meaning]: Code): WrittenDataSet {
  return { '0008,0100': ['SH', value], '0008,0102': ['SH', scheme], '0008,0104': ['LO', meaning] };
}

/** Local time, as DICOM has it without an offset. */
function dateAndTime(now: Date): readonly [date: string, time: string] {
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    `${String(now.getFullYear()).padStart(4, '0')}${two(now.getMonth() + 1)}${two(now.getDate())}`,
    `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`,
  ];
}
