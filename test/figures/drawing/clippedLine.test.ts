import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clippedLine, runsOf } from '../../../src/figures/drawing/clippedLine.js';
import type { Point } from '../../../src/figures/drawing/drawing.js';
import { createRandom } from '../../../src/random.js';

const box = { left: 0, right: 10, top: 0, bottom: 10 };

test('clippedLine() leaves what lies inside as it is, and parts lines at gaps', () => {
  const inside: Point[] = [
    [0, 0],
    [10, 10],
    [5, 0],
  ];
  assert.deepEqual(clippedLine(inside, box), [inside]);
  assert.deepEqual(clippedLine([...inside, undefined, [1, 1], [2, 2]], box), [
    inside,
    [
      [1, 1],
      [2, 2],
    ],
  ]);
  assert.deepEqual(clippedLine([[3, 3]], box), []);
});

test('clippedLine() cuts at the edges, once on the way out and once on the way in', () => {
  const line: Point[] = [
    [5, 5],
    [15, 5],
    [15, 8],
    [5, 8],
  ];
  assert.deepEqual(clippedLine(line, box), [
    [
      [5, 5],
      [10, 5],
    ],
    [
      [10, 8],
      [5, 8],
    ],
  ]);
  const across: Point[] = [
    [-10, 5],
    [20, 5],
  ];
  assert.deepEqual(clippedLine(across, box), [
    [
      [0, 5],
      [10, 5],
    ],
  ]);
});

test('clippedLine() keeps exactly what a dense sampling finds inside', () => {
  const random = createRandom('clipped');
  for (let round = 0; round < 300; round++) {
    const at = (): Point => [random.between(-8, 18), random.between(-8, 18)];
    const [a, b] = [at(), at()];
    const inside = Array.from({ length: 2001 }, (_, i): Point => {
      const share = i / 2000;
      return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
    }).filter(([x, y]) => x >= 0 && x <= 10 && y >= 0 && y <= 10);
    const [part] = clippedLine([a, b], box);
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (inside.length === 0) {
      const kept = part === undefined ? 0 : Math.hypot(part[1]![0] - part[0]![0], part[1]![1] - part[0]![1]);
      assert.ok(kept <= length / 2000 + 1e-9, String(kept));
      continue;
    }
    for (const [end, expected] of [
      [part![0]!, inside[0]!],
      [part![1]!, inside.at(-1)!],
    ] as const)
      assert.ok(Math.hypot(end[0] - expected[0], end[1] - expected[1]) <= length / 2000 + 1e-9);
  }
});

test('runsOf() says where values are without a gap', () => {
  assert.deepEqual(runsOf([1, null, 2, 3, undefined, 0]), [
    [0, 0],
    [2, 3],
    [5, 5],
  ]);
  assert.deepEqual(runsOf([null]), []);
});
