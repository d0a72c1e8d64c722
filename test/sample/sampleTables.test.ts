import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worldOf } from '../../src/sample/acquisition.js';
import { type ScanTables, tableFiles, tablesOf } from '../../src/sample/sampleTables.js';
import { planScan } from '../../src/sample/scanPlan.js';

const scans: ScanTables[] = [
  {
    seriesUid: '2.25.9',
    candidates: [
      { centerWorldMm: [68.4199, -74.48, -288.7], kind: 'vessel fork' },
      {
        centerWorldMm: [-0.001, 12, 1e-7],
        kind: 'nodule',
        nodule: { diameterMm: 5.25, density: 'part-solid', site: 'wall' },
      },
    ],
    annotations: [{ centerWorldMm: [-128.69942112, -175.3192718, -298.3875064], diameterMm: 5.6514706349 }],
    excluded: [{ centerWorldMm: [1, 2, 3.5], diameterMm: -1 }],
  },
  { seriesUid: '2.25.1', candidates: [], annotations: [], excluded: [] },
];

test('tableFiles() writes the headers, number formats and line ends of LUNA16, rows by uid', () => {
  const files = tableFiles(scans);
  assert.deepEqual(
    [...files.keys()],
    [
      'candidates_V2.csv',
      'candidates_truth.csv',
      'annotations.csv',
      'annotations_excluded.csv',
      'seriesuids.csv',
    ],
  );
  assert.equal(
    files.get('candidates_V2.csv'),
    'seriesuid,coordX,coordY,coordZ,class\n2.25.9,68.42,-74.48,-288.7,0\n2.25.9,0,12,0,1\n',
  );
  assert.equal(
    files.get('candidates_truth.csv'),
    'seriesuid,coordX,coordY,coordZ,class,kind,diameter_mm,density,site\n' +
      '2.25.9,68.42,-74.48,-288.7,0,vessel fork,,,\n2.25.9,0,12,0,1,nodule,5.25,part-solid,wall\n',
  );
  assert.equal(
    files.get('annotations.csv'),
    'seriesuid,coordX,coordY,coordZ,diameter_mm\n2.25.9,-128.6994211,-175.3192718,-298.3875064,5.651470635\n',
  );
  assert.equal(
    files.get('annotations_excluded.csv'),
    'seriesuid,coordX,coordY,coordZ,diameter_mm\n2.25.9,1,2,3.5,-1\n',
  );
  assert.equal(files.get('seriesuids.csv'), '2.25.1\n2.25.9\n');
});

test('tablesOf() says world mm, the kind of each candidate, and what is no error to mark', () => {
  const plan = planScan({ seed: 2, scans: 1, coarsening: 4 }, 0);
  const tables = tablesOf(plan);
  const world = (i: number) => worldOf(plan.acquisition, plan.candidates[i]!.center);
  assert.deepEqual(tables.candidates[5]!.centerWorldMm, world(5));
  assert.deepEqual(
    tables.candidates.map(({ kind }) => kind),
    plan.candidates.map(({ kind }) => kind),
  );
  assert.equal(tables.annotations.length, plan.findings.nodules.length);
  const countOf = (...kinds: string[]): number =>
    plan.findings.mimics.filter(({ kind }) => kinds.includes(kind)).length;
  const measured = tables.excluded.filter(({ diameterMm }) => diameterMm !== -1);
  assert.ok(measured.length === countOf('micronodule') && measured.length > 2);
  assert.ok(measured.every(({ diameterMm }) => diameterMm > 1 && diameterMm < 3.2));
  assert.equal(tables.excluded.length - measured.length, countOf('infiltrate', 'scar'));
});
