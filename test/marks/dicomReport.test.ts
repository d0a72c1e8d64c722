import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { marksToReport } from '../../src/marks/dicomReport.js';
import type { ReadingMark } from '../../src/marks/mark.js';
import type { DicomContext } from '../../src/volumes/dicom/dicomContext.js';
import { runPython } from '../python.js';

const CONTEXT: DicomContext = {
  studyUid: '1.2.3',
  seriesUid: '1.2.3.4',
  frameOfReferenceUid: '1.2.9',
  copied: {
    '0008,0005': ['CS', Buffer.from('ISO_IR 192')],
    '0010,0010': ['PN', Buffer.from('Müller^Änne')],
    '0010,0020': ['LO', Buffer.from('X1')],
    '0010,0030': ['DA', Buffer.alloc(0)],
    '0010,0040': ['CS', Buffer.alloc(0)],
    '0008,0020': ['DA', Buffer.from('20200102')],
    '0008,0030': ['TM', Buffer.alloc(0)],
    '0008,0050': ['SH', Buffer.alloc(0)],
    '0008,0090': ['PN', Buffer.alloc(0)],
    '0020,0010': ['SH', Buffer.alloc(0)],
  },
  instances: [1, 2, 3].map((k) => ({ classUid: '1.2.840.10008.5.1.4.1.1.2', instanceUid: `1.2.3.4.${k}` })),
};
const MARKS: readonly ReadingMark[] = [
  { centerWorldMm: [1.5, 2.25, 4], diameterMm: 6.5, probability: 0.875, score: 3 },
  { centerWorldMm: [-21.859, -120.536, -611.496] },
];

/** What highdicom reads of a report, every warning an error. */
const READ = `import json, sys, warnings
warnings.simplefilter('error')
import highdicom as hd, pydicom
pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
report = hd.sr.srread(json.load(sys.stdin))
for element in report.iterall(): element.value
groups = report.content.get_planar_roi_measurement_groups()
evidence = [(i.ReferencedSOPInstanceUID) for e in report.CurrentRequestedProcedureEvidenceSequence for s in e.ReferencedSeriesSequence for i in s.ReferencedSOPSequence]
print(json.dumps(dict(kind=type(report).__name__, name=str(report.PatientName), study=report.StudyInstanceUID, time=report.ContentDate + report.ContentTime,
  flags=[report.CompletionFlag, report.VerificationFlag, report.PreliminaryFlag], evidence=evidence, uids=len({report.SOPInstanceUID, report.SeriesInstanceUID, '1.2.3.4'}),
  observer=report.content.get_observer_contexts()[0].observer_identifying_attributes.name,
  groups=[dict(name=g.tracking_identifier, finding=g.finding_type.meaning, kind=g.roi.graphic_type.value, points=g.roi.value.tolist(), frame=g.roi.frame_of_reference_uid,
    measurements=[[m.name.meaning, m.value, m.unit.value] for m in g.get_measurements()]) for g in groups])))`;

test('marksToReport() writes a TID 1500 report that highdicom reads with every value and no warning', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-report-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.sr.dcm');
  writeFileSync(file, marksToReport(MARKS, CONTEXT, new Date(2020, 0, 5, 6, 7, 8)));
  const { groups, ...report } = runPython<Record<string, unknown> & { groups: Record<string, unknown>[] }>(
    READ,
    file,
  );
  assert.deepEqual(report, {
    kind: 'Comprehensive3DSR',
    name: 'Müller^Änne',
    study: '1.2.3',
    time: '20200105060708',
    flags: ['COMPLETE', 'UNVERIFIED', 'PRELIMINARY'],
    evidence: ['1.2.3.4.1', '1.2.3.4.2', '1.2.3.4.3'],
    uids: 3,
    observer: 'voxlab',
  });
  assert.deepEqual(groups, [
    {
      name: 'mark 1',
      finding: 'Nodule',
      kind: 'ELLIPSE',
      points: [
        [-1.75, 2.25, 4],
        [4.75, 2.25, 4],
        [1.5, -1, 4],
        [1.5, 5.5, 4],
      ],
      frame: '1.2.9',
      measurements: [
        ['Diameter', 6.5, 'mm'],
        ['Certainty of Finding', 87.5, '%'],
      ],
    },
    {
      name: 'mark 2',
      finding: 'Nodule',
      kind: 'POINT',
      points: [[-21.859, -120.536, -611.496].map(Math.fround)],
      frame: '1.2.9',
      measurements: [],
    },
  ]);
});

test('marksToReport() refuses no marks and marks without a place', () => {
  assert.throws(() => marksToReport([], CONTEXT), /at least one mark/);
  assert.throws(() => marksToReport([{ centerWorldMm: [0, 0, Number.NaN] }], CONTEXT), RangeError);
});
