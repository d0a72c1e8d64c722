import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add } from '../../src/sample/points.js';
import { type ScanTables, tableFiles, tablesOf } from '../../src/sample/sampleTables.js';
import { planScan } from '../../src/sample/scanPlan.js';

const scans: ScanTables[] = [
  {
    seriesUid: '2.25.9',
    candidates: [
      { centerWorldMm: [68.4199, -74.48, -288.7], isNodule: false },
      { centerWorldMm: [-0.001, 12, 1e-7], isNodule: true },
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
    ['candidates_V2.csv', 'annotations.csv', 'annotations_excluded.csv', 'seriesuids.csv'],
  );
  assert.equal(
    files.get('candidates_V2.csv'),
    'seriesuid,coordX,coordY,coordZ,class\n2.25.9,68.42,-74.48,-288.7,0\n2.25.9,0,12,0,1\n',
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

test('tablesOf() says world mm; small findings with their diameter and unmeasured ones as -1 are excluded findings', () => {
  const plan = planScan({ seed: 2, scans: 1, coarsening: 4 }, 0);
  const tables = tablesOf(plan);
  const world = (i: number) => add(plan.acquisition.middleWorldMm, plan.candidates[i]!.center);
  assert.deepEqual(tables.candidates[5]!.centerWorldMm, world(5));
  assert.equal(tables.annotations.length, plan.findings.nodules.length);
  const diameters = tables.excluded.map(({ diameterMm }) => diameterMm);
  assert.ok(diameters.includes(-1));
  const measured = diameters.filter((mm) => mm !== -1);
  assert.ok(measured.length >= 2 && measured.every((mm) => mm > 1 && mm < 3));
});
