import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { areaWithInterval } from '../../src/scores/areaWithInterval.js';
import { perfectAreaBound } from '../../src/scores/perfectBound.js';
import { rocArea } from '../../src/scores/roc.js';
import { assertNear, type Cases, drawnCases, manySets, references } from './reference.js';

const of = ({ scores, classes, scanOf }: Cases, rounds?: number) =>
  areaWithInterval(scores, classes, scanOf, rounds === undefined ? {} : { rounds });

test('areaWithInterval(): area, both intervals and standard error equal scikit-learn and plain programs', () => {
  const sets = manySets();
  const expected = references(sets, { rounds: 100 });
  for (const [i, set] of sets.entries()) {
    const { area, delong, byScan } = of(set, 100);
    assertNear([area], [expected[i]!.auc], 1e-12, `area of set ${i}`);
    assertNear([rocArea(set.scores, set.classes).standardError], [expected[i]!.delong], 1e-12, `DeLong ${i}`);
    if (delong !== null) assertNear(delong, rocArea(set.scores, set.classes).interval, 0, `DeLong ${i}`);
    assert.equal(byScan === null, i >= 4, `set ${i}`);
    if (byScan === null) continue;
    assertNear(byScan.interval, expected[i]!.interval!, 1e-9, `interval of set ${i}`);
    assertNear(byScan.percentile, expected[i]!.percentile, 1e-12, `percentiles of set ${i}`);
  }
});

test('areaWithInterval() is the bootstrap by scan where nothing is in the way, and encloses the area', () => {
  const result = of(drawnCases('plain', 30, 20, 1e9));
  assert.equal(result.method, 'bootstrap by scan');
  assert.equal(result.note, null);
  assert.deepEqual(result.interval, result.byScan!.interval);
  assert.ok(result.interval![0] < result.area && result.area < result.interval![1]);
  assert.deepEqual([result.scans, result.byScan!.rounds], [30, 1000]);
});

test('areaWithInterval() gives an exact bound for perfect separation, either way round', () => {
  const cases = drawnCases('perfect', 30, 20, 1e9);
  const right = of({ ...cases, scores: cases.classes.map((label, i) => label + 0.5 * cases.scores[i]!) });
  const bound = perfectAreaBound(15);
  assert.deepEqual(
    [right.interval, right.method, right.delong, right.byScan],
    [[bound, 1], 'exact bound', null, null],
  );
  assert.match(right.note!, /separated without an error: .* 15 independent pairs of scans/);
  const wrong = of({ ...cases, scores: cases.classes.map((label) => -label) });
  assert.deepEqual(wrong.interval, [0, 1 - bound]);
});

test('areaWithInterval() has no interval, and says why, where none is defined', () => {
  const { scores, classes, scanOf } = drawnCases('undefined', 8, 10, 1e9);
  const only = (wanted: number) => classes.map((_, i) => (i === 9 ? wanted : 1 - wanted));
  const alike = (wanted: number) => scanOf.map((scan, i) => (classes[i] === wanted ? 'one' : scan));
  const results: [Cases, RegExp][] = [
    [{ scores: scores.map(() => 0.5), classes, scanOf }, /all scores are equal/],
    [{ scores, classes: only(1), scanOf }, /one positive alone/],
    [{ scores, classes: only(0), scanOf }, /one negative alone/],
    [{ scores, classes, scanOf: scanOf.map(() => 'a') }, /one scan alone/],
    [{ scores, classes, scanOf: alike(1) }, /all \d+ positives are of one scan/],
    [{ scores, classes, scanOf: alike(0) }, /all \d+ negatives are of one scan/],
    [
      {
        scores: [0.9, 0.2, 0.1, 0.3, 0.9, 0.2, 0.1, 0.3],
        classes: [1, 1, 0, 0, 1, 1, 0, 0],
        scanOf: [...'aaaabbbb'],
      },
      /every sample of scans has the same area/,
    ],
  ];
  for (const [cases, note] of results) {
    const { interval, method, byScan, note: said } = of(cases);
    assert.deepEqual([interval, method, byScan], [null, null, null], String(note));
    assert.match(said!, note);
  }
});

test('areaWithInterval() says how few scans an interval rests on', () => {
  const { scores, classes, scanOf } = drawnCases('few', 8, 20, 1e9);
  assert.match(
    areaWithInterval(scores, classes, scanOf).note!,
    /it rests on \d scans with (positives|negatives)/,
  );
});

test('areaWithInterval() refuses one class, NaN and unequal lengths', () => {
  assert.throws(() => areaWithInterval([0.1, 0.2], [1, 1], ['a', 'b']), /both classes/);
  assert.throws(() => areaWithInterval([0.1, Number.NaN], [1, 0], ['a', 'b']), /NaN at 1/);
  assert.throws(() => areaWithInterval([0.1, 0.2], [1, 0], ['a']), /one scan a score, received 1 for 2/);
});

test('scores drawn by chance: 0.5 is in the interval of at least 15 of 16 seeds', () => {
  const inside = Array.from({ length: 16 }, (_, seed) => {
    const { classes, scanOf } = drawnCases(`noise ${seed}`, 30, 38, 1);
    const random = createRandom(`noise scores ${seed}`);
    const [low, high] = areaWithInterval(
      classes.map(() => random.uniform()),
      classes,
      scanOf,
      { seed },
    ).interval!;
    return low <= 0.5 && 0.5 <= high;
  });
  assert.ok(inside.filter(Boolean).length >= 15, inside.join(' '));
});

test('the interval covers the true area as often as it says, where DeLong’s, which takes patches as independent, does not', (t) => {
  // Scores of patches shift together with their scan: normal about the class, of variance 1 + SHIFT^2 over scans.
  const [sets, scans, rows, shift, apart] = [1000, 30, 20, 1, 1.6];
  // Of two patches of different scans (all pairs but one in thirty): Phi(apart / sqrt(2 (1 + shift^2))) = Phi(0.8).
  const trueArea = 0.78814;
  const random = createRandom('coverage');
  let [byScan, byPatch] = [0, 0];
  for (let set = 0; set < sets; set++) {
    const shifts = Array.from({ length: scans }, () => shift * random.normal());
    const scanOf = Array.from({ length: scans * rows }, (_, i) => Math.floor(i / rows));
    const classes = scanOf.map(() => (random.uniform() < 0.3 ? 1 : 0));
    const scores = scanOf.map((scan, i) => shifts[scan]! + apart * classes[i]! + random.normal());
    const { interval, delong } = areaWithInterval(scores, classes, scanOf, { rounds: 200 });
    const covers = ([low, high]: readonly [number, number]): number =>
      low <= trueArea && trueArea <= high ? 1 : 0;
    byScan += covers(interval!);
    byPatch += covers(delong!);
  }
  t.diagnostic(`by scan ${byScan / sets}, DeLong ${byPatch / sets} of ${sets} sets`);
  // Over four seeds: 0.931 to 0.944, DeLong's 0.866 to 0.885; a share of 1000 has a standard error of 0.008.
  assert.ok(byScan / sets >= 0.92, `${byScan / sets}`);
  assert.ok(byPatch / sets < 0.9, `${byPatch / sets}`);
});
