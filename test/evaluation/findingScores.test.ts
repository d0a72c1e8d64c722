import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Annotation, readAnnotations } from '../../src/candidates/annotations.js';
import { findingScores } from '../../src/evaluation/findingScores.js';
import { type PredictedFinding, predictionTable } from '../../src/evaluation/predictionTable.js';
import { createRandom } from '../../src/random.js';
import { frocReference } from './frocReference.js';

const random = createRandom('finding scores');
const SCANS = Array.from({ length: 12 }, (_, i) => `scan${i}`);

/** Nodules of 4 to 20 mm; half of the candidates are near one. */
const nodules = SCANS.flatMap((seriesUid) =>
  Array.from(
    { length: 3 },
    (): Annotation => ({
      seriesUid,
      centerWorldMm: [random.between(-90, 90), random.between(-90, 90), random.between(-90, 90)],
      diameterMm: random.between(4, 20),
    }),
  ),
);
const excluded = SCANS.map(
  (seriesUid): Annotation => ({ seriesUid, centerWorldMm: [300, 0, 0], diameterMm: -1 }),
);
const findings = SCANS.flatMap((seriesUid, scan) =>
  Array.from({ length: 10 }, (_, i): PredictedFinding => {
    const near = nodules[3 * scan + (i % 3)]!;
    const centerWorldMm =
      i === 9
        ? ([304, 0, 0] as const)
        : i < 5
          ? ([
              near.centerWorldMm[0] + random.between(-4, 4),
              near.centerWorldMm[1],
              near.centerWorldMm[2],
            ] as const)
          : ([random.between(-90, 90), random.between(-90, 90), random.between(-90, 90)] as const);
    return { seriesUid, centerWorldMm, class: i < 5 ? 1 : 0, probability: random.uniform() };
  }),
);

test("findingScores() equals the independent program's CPM and band to 1e-9, by the findings alone", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-findings-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const table = (name: string, rows: readonly Annotation[]): string => {
    const file = join(folder, name);
    const lines = rows.map(({ seriesUid, centerWorldMm, diameterMm }) =>
      [seriesUid, ...centerWorldMm, diameterMm].join(','),
    );
    writeFileSync(file, `seriesuid,coordX,coordY,coordZ,diameter_mm\n${lines.join('\n')}\n`);
    return file;
  };
  const annotations = table('annotations.csv', nodules);
  const tables = { annotations, excluded: table('excluded.csv', excluded), seriesUids: join(folder, 'uids') };
  writeFileSync(tables.seriesUids, `${SCANS.join('\n')}\n`);
  const submission = join(folder, 'predictions.csv');
  writeFileSync(submission, predictionTable(findings));
  const reference = frocReference(tables, submission, 1000);
  const { scores } = findingScores(
    findings,
    { annotations, nodules: readAnnotations(annotations), excluded },
    findings.map(() => 0.5),
  );
  const [, lower, upper] = reference.bootstrapCpm;
  const pairs = [
    [scores.cpm, reference.cpm],
    [scores.cpmBand![0], lower],
    [scores.cpmBand![1], upper],
    ...scores.sensitivities.map((value, i) => [value, reference.sensitivities[i]]),
  ] as const;
  for (const [value, expected] of pairs)
    assert.ok(Math.abs(value! - expected!) <= 1e-9, `${value} ${expected}`);
  assert.ok(scores.cpm > 0.1 && scores.cpm < 1);
  assert.equal(scores.counts.marksOnExcluded, 12);
});

test('findingScores() scores by size: a candidate has the diameter of the nearest nodule that it hits', () => {
  const at = (seriesUid: string, x: number, diameterMm: number): Annotation => ({
    ...{ seriesUid, centerWorldMm: [x, 0, 0], diameterMm },
  });
  const marked = (seriesUid: string, x: number, label: number, probability: number): PredictedFinding => ({
    ...{ seriesUid, centerWorldMm: [x, 0, 0], class: label, probability },
  });
  const tables = {
    annotations: 'a.csv',
    // The second one of scan a lies inside the first one.
    nodules: [at('a', 0, 30), at('a', 4, 5), at('a', 100, 7), at('b', 0, -1)],
    excluded: [],
  };
  const some = [
    marked('a', 3, 1, 0.9), // nearer to the small one
    marked('a', -6, 1, 0.4), // hits the large one alone
    marked('a', 103.5, 1, 0.8), // on the border of the third: no hit, unknown
    marked('b', 4, 1, 0.2), // a nodule of unknown size
    marked('a', 60, 0, 0.5),
    marked('b', 60, 0, 0.3),
  ];
  const { scores } = findingScores(
    some,
    tables,
    some.map(() => 0.5),
  );
  assert.deepEqual(
    scores.bySize.map(({ size, nodules: count, sensitivity, rocAuc }) => [size, count, sensitivity, rocAuc]),
    [
      ['< 6 mm', 1, 1, 1],
      ['6-8 mm', 0, null, null],
      ['8-15 mm', 0, null, null],
      ['> 15 mm', 1, 0, 0.5],
      ['unknown', 2, 0.5, 0.5],
    ],
  );
  const alone = findingScores(
    some.slice(0, 3),
    { ...tables, nodules: tables.nodules.slice(0, 3) },
    [0.5, 0.5, 0.5],
  );
  assert.equal(alone.scores.cpmBand, null, 'one scan has no band');
});
