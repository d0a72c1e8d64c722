import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThinnedTracks } from '../../../src/figures/charts/thinnedTracks.js';
import { createRandom } from '../../../src/random.js';

test('ThinnedTracks keep few samples as they are', () => {
  const tracks = new ThinnedTracks(8);
  tracks.add(0, 1, [3, undefined]);
  tracks.add(1, 2, [4, 9], true);
  assert.deepEqual(tracks.columns(), [
    { from: 0, to: 1, endsInGap: false, cells: [{ low: 3, high: 3, mean: 3, rises: true }, undefined] },
    {
      ...{ from: 1, to: 2, endsInGap: true },
      cells: [
        { low: 4, high: 4, mean: 4, rises: true },
        { low: 9, high: 9, mean: 9, rises: true },
      ],
    },
  ]);
});

test('ThinnedTracks of a day keep every peak of every track, means and order, in bounded memory', () => {
  const random = createRandom(3);
  const count = 86_400;
  const values = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: count }, () => random.uniform()),
  );
  values[0]![12_345] = 99;
  values[1]![77_777] = -99;
  const tracks = new ThinnedTracks(1024);
  for (let at = 0; at < count; at++)
    tracks.add(
      at,
      at + 1,
      values.map((track) => track[at]),
    );
  const columns = tracks.columns();
  assert.ok(columns.length > 256 && columns.length <= 1024, String(columns.length));
  for (const { from, to, cells } of columns)
    for (const [track, cell] of cells.entries()) {
      const own = values[track]!.subarray(from, to);
      const [low, high] = [Math.min(...own), Math.max(...own)];
      assert.deepEqual([cell!.low, cell!.high], [low, high]);
      assert.ok(Math.abs(cell!.mean - own.reduce((sum, value) => sum + value, 0) / own.length) < 1e-9);
      // Of two extremes in different halves of a column the order is known.
      if (own.indexOf(low) < own.length / 2 !== own.indexOf(high) < own.length / 2)
        assert.equal(cell!.rises, own.indexOf(low) < own.indexOf(high), `column ${from}`);
    }
  assert.equal(columns.at(-1)!.to, count);
  assert.ok(columns.every(({ from }, at) => at === 0 || from === columns[at - 1]!.to));
});

test('ThinnedTracks of many samples: few columns of equally many, and none is lost', () => {
  for (const length of [5, 9, 64, 1000, 12_345]) {
    const tracks = new ThinnedTracks(16);
    for (let x = 0; x < length; x++) tracks.add(x, x, [x]);
    const columns = tracks.columns();
    assert.ok(columns.length <= 16 && (length < 16 || columns.length >= 8), `${columns.length} of ${length}`);
    // Of a straight line the mean lies in the middle.
    for (const { from, to, cells } of columns) assert.ok(Math.abs((from + to) / 2 - cells[0]!.mean) < 1e-9);
    const widths = columns.slice(0, -1).map(({ from, to }) => to - from + 1);
    assert.ok(new Set(widths).size <= 1, widths.join(' '));
    // The last one has what is left, and no more than the others.
    const { from, to } = columns.at(-1)!;
    assert.equal(to, length - 1);
    assert.ok(from <= to && to - from + 1 <= widths[0]!, `${from} to ${to} of ${widths[0]}`);
  }
});

test('ThinnedTracks keep the two sides of a gap apart, and stay bounded where everything is a gap', () => {
  const tracks = new ThinnedTracks(64);
  for (let at = 0; at < 5000; at++)
    tracks.add(at < 2501 ? at : at + 1e6, at < 2501 ? at + 1 : at + 1e6 + 1, [at], at === 2500);
  const gap = tracks.columns().find(({ endsInGap }) => endsInGap);
  assert.equal(gap?.to, 2501);
  const gaps = new ThinnedTracks(64);
  for (let at = 0; at < 5000; at++) gaps.add(10 * at, 10 * at + 1, [at], true);
  assert.ok(gaps.columns().length <= 64);
});
