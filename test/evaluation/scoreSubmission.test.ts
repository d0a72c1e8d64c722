import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FrocRow, submissionRows, writeRows } from '../../bench/frocTables.js';
import { type SubmissionScore, scoreSubmission } from '../../src/evaluation/scoreSubmission.js';
import { createRandom } from '../../src/random.js';
import { type FrocReference, frocReference, lunaTables } from './frocReference.js';

type Tables = Omit<ReturnType<typeof lunaTables>, 'folder'>;

/** The submissions that the score is proven on; each says what its counts must show. */
const SUBMISSIONS: Readonly<
  Record<
    string,
    { rows: (tables: Tables) => FrocRow[]; shows: (counts: SubmissionScore['counts']) => boolean }
  >
> = {
  perfect: {
    rows: ({ nodules }) => nodules.map(([uid, x, y, z]) => [uid, x, y, z, 0.9]),
    shows: ({ missedNodules, falsePositives }) => missedNodules === 0 && falsePositives === 0,
  },
  'hits and false positives': {
    rows: ({ nodules, uids }) => submissionRows(nodules, uids, 5000),
    shows: ({ missedNodules, falsePositives }) => missedNodules > 0 && falsePositives > 3000,
  },
  random: {
    rows: ({ nodules, uids }) =>
      submissionRows(nodules, uids, 4000).map(withScore((random) => random.uniform())),
    shows: ({ falsePositives }) => falsePositives > 0,
  },
  'tied scores': {
    rows: ({ nodules, uids }) =>
      submissionRows(nodules, uids, 5000).map(withScore((random) => random.integer(6) / 5)),
    shows: ({ falsePositives }) => falsePositives > 0,
  },
  'one score for all': {
    rows: ({ nodules, uids }) => submissionRows(nodules, uids, 3000).map(withScore(() => 0.5)),
    shows: ({ falsePositives }) => falsePositives > 0,
  },
  logits: {
    rows: ({ nodules, uids }) =>
      submissionRows(nodules, uids, 3000).map(withScore((random) => 9 * random.normal())),
    shows: ({ falsePositives }) => falsePositives > 0,
  },
  'nodules hit several times': {
    rows: ({ nodules, uids }) => [
      ...submissionRows(nodules, uids, 2000),
      ...nodules.flatMap(([uid, x, y, z], i): FrocRow[] => [
        [uid, x + 0.5, y, z, i / 2000],
        [uid, x, y - 1, z, 1 - i / 1500],
      ]),
    ],
    shows: ({ repeatedHits }) => repeatedHits > 1000,
  },
  'marks on excluded findings': {
    rows: ({ nodules, ignored, uids }) => [
      ...submissionRows(nodules, uids, 2500),
      ...ignored
        .filter((_, i) => i % 9 === 0)
        .map(([uid, x, y, z], i): FrocRow => [uid, x + 4.9, y, z, (i % 97) / 97]),
      ...ignored.filter((_, i) => i % 9 === 1).map(([uid, x, y, z]): FrocRow => [uid, x + 5.1, y, z, 0.4]),
    ],
    shows: ({ marksOnExcluded }) => marksOnExcluded > 3000,
  },
  'more than 100 marks a scan': {
    rows: ({ nodules, uids }) => [
      ...submissionRows(nodules, uids.slice(0, 40), 9000),
      ...submissionRows(nodules, uids.slice(40, 60), 4000).map(withScore((random) => random.integer(9) / 8)),
      ...submissionRows([], uids.slice(60, 70), 2000).map(withScore(() => 0.7)),
    ],
    shows: ({ marksOverLimit }) => marksOverLimit > 3000,
  },
  'few scans with marks': {
    rows: ({ nodules, uids }) => submissionRows(nodules.slice(0, 9), uids.slice(0, 30), 60),
    shows: ({ scansWithMarks, missedNodules }) => scansWithMarks < 40 && missedNodules > 1100,
  },
  'no hit': {
    rows: ({ uids }) => uids.slice(0, 100).map((uid, i) => [uid, 9000 + i, 0, 0, i / 100]),
    shows: ({ hitNodules, falsePositives }) => hitNodules === 0 && falsePositives === 100,
  },
  empty: { rows: () => [], shows: ({ marks }) => marks === 0 },
};

function withScore(score: (random: ReturnType<typeof createRandom>) => number): (row: FrocRow) => FrocRow {
  const random = createRandom('scores');
  return ([uid, x, y, z]) => [uid, x, y, z, score(random)];
}

test("scoreSubmission() equals the independent program to 1e-9 over LUNA16's tables", (t) => {
  const tables = lunaTables(t);
  const samples = 20;
  for (const [name, { rows, shows }] of Object.entries(SUBMISSIONS)) {
    const submission = writeRows(join(tables.folder, 'submission.csv'), 'probability', rows(tables));
    const score = scoreSubmission({
      ...tables,
      seriesUids: [tables.seriesUids],
      submission,
      samples,
      seed: 3,
    });
    assert.ok(shows(score.counts), `${name}: ${JSON.stringify(score.counts)}`);
    const difference = largestDifference(score, frocReference(tables, submission, samples, 3));
    t.diagnostic(`${name}: CPM ${score.cpm.toFixed(3)}, largest difference ${difference.toExponential(1)}`);
    assert.ok(difference <= 1e-9, `${name}: ${difference}`);
  }
});

test('scoreSubmission() with 1000 samples equals the independent program to 1e-9', (t) => {
  const tables = lunaTables(t);
  const rows = submissionRows(tables.nodules, tables.uids, 13_000);
  const submission = writeRows(join(tables.folder, 'submission.csv'), 'probability', rows);
  const score = scoreSubmission({ ...tables, seriesUids: [tables.seriesUids], submission });
  assert.equal(score.bootstrap.samples, 1000);
  assert.ok(largestDifference(score, frocReference(tables, submission, 1000)) <= 1e-9);
});

/** Over curve, sensitivities, CPM and all bands. */
function largestDifference(score: SubmissionScore, reference: FrocReference): number {
  const { bootstrap } = score;
  const points = new Map(score.curve.map((point) => [point.threshold, point]));
  const differences = [
    [score.cpm, reference.cpm],
    [bootstrap.samples - bootstrap.samplesWithoutNodule, reference.samples],
    ...score.sensitivities.map((value, i) => [value, reference.sensitivities[i]]),
    // The reference leaves out points that lie on a straight part.
    ...reference.thresholds.flatMap((threshold, i) => [
      [points.get(threshold)?.falsePositivesPerScan, reference.rates[i + 1]],
      [points.get(threshold)?.sensitivity, reference.curve[i + 1]],
    ]),
    ...(['mean', 'lower', 'upper'] as const).flatMap((end, i) => [
      [bootstrap.cpm[end], reference.bootstrapCpm[i]],
      ...Array.from(bootstrap.sensitivities[end], (value, j) => [
        value,
        reference.bootstrapSensitivities[i]?.[j],
      ]),
      ...Array.from(bootstrap.curve[end], (value, j) => [value, reference.bootstrapCurve[i]?.[j]]),
    ]),
  ].map(([a, b]) => Math.abs((a ?? Number.NaN) - (b ?? Number.NaN)));
  return differences.some(Number.isNaN)
    ? Number.NaN
    : differences.reduce((most, value) => Math.max(most, value), 0);
}

const COORDINATES = 'seriesuid,coordX,coordY,coordZ';

function smallCase(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-froc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const all = {
    'annotations.csv': `${COORDINATES},diameter_mm\na,0,0,0,6\nb,0,0,0,6\nz,0,0,0,6\n`,
    'excluded.csv': `${COORDINATES},diameter_mm\na,50,0,0,-1\nz,0,0,0,5\n`,
    'seriesuids.csv': 'a\nb\nc\nd\n',
    'submission.csv': `${COORDINATES},probability\na,1,0,0,0.9\nb,9,0,0,0.8\na,54,0,0,0.7\nq,0,0,0,1\nq,0,0,0,1\n`,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  const path = (name: string): string => join(folder, name);
  return {
    path,
    options: {
      annotations: path('annotations.csv'),
      excluded: path('excluded.csv'),
      seriesUids: [path('seriesuids.csv')],
      submission: path('submission.csv'),
      samples: 50,
    },
  };
}

test('scoreSubmission() counts rows of series that are not scored, and repeated rows, and says so', (t) => {
  const { counts, notes, sensitivities } = scoreSubmission(smallCase(t).options);
  assert.deepEqual(
    [
      counts.scans,
      counts.nodules,
      counts.hitNodules,
      counts.marks,
      counts.falsePositives,
      counts.marksOnExcluded,
    ],
    [4, 2, 1, 3, 1, 1],
  );
  assert.deepEqual(
    [
      counts.marksOfOtherSeries,
      counts.nodulesOfOtherSeries,
      counts.excludedOfOtherSeries,
      counts.repeatedRows,
    ],
    [2, 1, 1, 1],
  );
  assert.match(notes.join('\n'), /^2 marks of series.*\n1 nodules.*\n1 excluded.*\n1 rows/);
  assert.ok(sensitivities.every((value) => value === 0.5));
});

test('scoreSubmission() scores folds alone: lists, a table, folders; a fold without a nodule has no score', (t) => {
  const { options, path } = smallCase(t, {
    'first.csv': 'a\nc\n',
    'second.csv': 'd\n',
    'folds.csv': 'fold;seriesuid\n1;a\n0;b\n1;c\n',
  });
  const lists = scoreSubmission({ ...options, seriesUids: [path('first.csv'), path('second.csv')] });
  assert.deepEqual(
    lists.folds.map(({ fold, cpm, counts }) => [fold, cpm, counts.scans]),
    [
      [0, 1, 2],
      [1, null, 1],
    ],
  );
  assert.match(lists.notes.join('\n'), /no nodule in fold 1/);
  const { folds, notes } = scoreSubmission({ ...options, folds: path('folds.csv') });
  assert.deepEqual(
    folds.map(({ fold, cpm }) => [fold, cpm]),
    [
      [0, 0],
      [1, 1],
    ],
  );
  assert.match(notes.join('\n'), /1 scans lie in no fold/);
});

test('scoreSubmission() refuses a series in two lists, folds of other series, and scans without a nodule', (t) => {
  const { options, path } = smallCase(t, {
    'more.csv': 'e\na\n',
    'folds.csv': 'seriesuid,subset\nx,0\n',
    'others.csv': 'c\nd\n',
  });
  const refused = (change: object, message: RegExp): void => {
    assert.throws(() => scoreSubmission({ ...options, ...change }), message);
  };
  refused(
    { seriesUids: [...options.seriesUids, path('more.csv')] },
    /more\.csv: expected series of no other list, received a/,
  );
  refused(
    { folds: path('folds.csv') },
    /folds\.csv: expected folds of the series .*none of them among 1 series/,
  );
  refused(
    { seriesUids: [path('others.csv')] },
    /annotations\.csv: expected nodules .*found none among 3 rows/,
  );
});
