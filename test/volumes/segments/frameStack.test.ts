import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import {
  emptyMask,
  type PlacedFrame,
  planeAt,
  stackFrames,
} from '../../../src/volumes/segments/frameStack.js';

function frame(z: number, change: Partial<PlacedFrame> = {}): PlacedFrame {
  return {
    ...{ columns: 2, rows: 1, mask: new Uint8Array([1, 0]), spacingMm: [0.5, 0.6] },
    ...{ rowDirection: [1, 0, 0], columnDirection: [0, 1, 0], positionMm: [10, 20, z] },
    ...change,
  };
}

test('stackFrames() sorts frames along their normal, fills gaps with empty planes and joins frames of one place', () => {
  const second = frame(5, { mask: new Uint8Array([0, 1]) });
  const { geometry, mask } = stackFrames([frame(9), frame(5), second, frame(3)], 'a.dcm');
  assert.deepEqual(geometry, {
    size: [2, 1, 4],
    spacingMm: [0.5, 0.6, 2],
    originMm: [10, 20, 3],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  });
  assert.deepEqual(Array.from(mask), [1, 0, 1, 1, 0, 0, 1, 0]);
});

test('stackFrames() goes by the gap that is said where frames fit it, by the thickness where there is one frame', () => {
  const depth = (frames: readonly PlacedFrame[]): readonly [number, number] => {
    const { size, spacingMm } = stackFrames(frames, 'a.dcm').geometry;
    return [size[2], spacingMm[2]];
  };
  assert.deepEqual(depth([frame(0, { gapMm: 1.5 }), frame(3)]), [3, 1.5]);
  assert.deepEqual(depth([frame(0, { gapMm: 2 }), frame(3)]), [2, 3]);
  assert.deepEqual(depth([frame(0, { thicknessMm: 1.5 }), frame(3)]), [2, 3]);
  assert.deepEqual(depth([frame(0, { thicknessMm: 1.5 })]), [1, 1.5]);
});

test('stackFrames() refuses frames that make no grid', () => {
  const cases: readonly (readonly [readonly PlacedFrame[], RegExp])[] = [
    [[frame(0)], /received neither/],
    [[frame(0), frame(2), frame(5)], /expected planes 2 mm apart or a multiple of it, received one at 5 mm/],
    [[frame(0), frame(2, { positionMm: [10, 21, 2] })], /expected frames of one grid/],
    [[frame(0), frame(2, { spacingMm: [0.5, 0.7] })], /expected frames of one grid/],
    [[frame(0), frame(2, { rowDirection: [0.9, 0.436, 0] })], /expected frames of one grid/],
    [[frame(0), frame(0.02), frame(1000)], /expected at most 10000 planes/],
    [[frame(0, { columnDirection: [1, 0, 0] }), frame(2)], /two directions/],
  ];
  for (const [frames, message] of cases)
    assert.throws(
      () => stackFrames(frames, 'a.dcm'),
      (error) => error instanceof InputError && message.test(error.message),
    );
});

test('planeAt() and emptyMask() refuse more planes, and more voxels, than a scan or this machine has', () => {
  assert.deepEqual(
    [0, 6.1, 19998].map((mm) => planeAt(mm, 2, 'a.dcm')),
    [0, 3, 9999],
  );
  for (const [run, message] of [
    [
      () => planeAt(20000, 2, 'a.dcm'),
      /^InputError: a\.dcm: expected at most 10000 planes, received 10001; convert/,
    ],
    [() => planeAt(3, 2, 'a.dcm'), /expected planes 2 mm apart .* 3 mm from the first; convert/],
    [
      () => emptyMask([65535, 65535, 9999], 'a.dcm'),
      /^InputError: a\.dcm: its voxels take \d+\.\d GB of memory/,
    ],
  ] as const)
    assert.throws(run, message);
});
