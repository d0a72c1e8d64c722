import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCanvas, paintShape, paintTube } from '../../src/sample/canvas.js';
import type { Geometry, Vector3 } from '../../src/volumes/voxels/volume.js';

function blank(change: Partial<Geometry> = {}): ReturnType<typeof createCanvas> {
  const geometry: Geometry = {
    size: [61, 61, 41],
    spacingMm: [0.5, 0.5, 1],
    originMm: [-15, -15, -20],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ...change,
  };
  return createCanvas(geometry, [0, 0, 0], 0.8);
}
const WHITE = { valueHu: 1000, mode: 'over' } as const;
const sum = (data: Int16Array): number => data.reduce((total, value) => total + value, 0);
const ball =
  (center: Vector3, radius: number) =>
  (x: number, y: number, z: number): number =>
    Math.sqrt((x - center[0]) ** 2 + (y - center[1]) ** 2 + (z - center[2]) ** 2) - radius;

test('paintShape() fills the volume of a ball within 3 %, also in thick slices', () => {
  const center: Vector3 = [0.2, -0.3, 0.4];
  for (const thick of [1, 2.5]) {
    const canvas = blank({ spacingMm: [0.5, 0.5, thick], originMm: [-15, -15, -20 * thick] });
    paintShape(canvas, center, [6, 6, 6], ball(center, 6), WHITE);
    const filledMm3 = (sum(canvas.data) / 1000) * 0.25 * thick;
    const expectedMm3 = (4 / 3) * Math.PI * 216;
    assert.ok(Math.abs(filledMm3 / expectedMm3 - 1) < 0.03, `${filledMm3} instead of ${expectedMm3}`);
  }
});

test('paintTube() of a vessel thinner than a slice shows its share of the slice, not a full-bright line', () => {
  const canvas = blank({ spacingMm: [0.5, 0.5, 2.5], originMm: [-15, -15, -50] });
  paintTube(canvas, { from: [-10, 0, 0], to: [10, 0, 0], fromRadiusMm: 0.5, toRadiusMm: 0.5 }, WHITE);
  const brightest = canvas.data.reduce((high, value) => Math.max(high, value), 0);
  assert.ok(brightest > 200 && brightest < 600, String(brightest));
});

test('paintTube() tapers: wider where its radius is larger', () => {
  const canvas = blank();
  paintTube(canvas, { from: [-12, 0, 0], to: [12, 0, 0], fromRadiusMm: 5, toRadiusMm: 1 }, WHITE);
  const widthAt = (xMm: number): number => {
    let bright = 0;
    for (let j = 0; j < 61; j++) if (canvas.data[(xMm + 15) * 2 + 61 * (j + 61 * 20)]! > 500) bright++;
    return bright * 0.5;
  };
  assert.ok(Math.abs(widthAt(-9) - 9) <= 1 && Math.abs(widthAt(9) - 3) <= 1, `${widthAt(-9)} ${widthAt(9)}`);
});

test('createCanvas() of a flipped scan shows the same thing at the same world position', () => {
  const upright = blank();
  const flipped = blank({ originMm: [15, 15, -20], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] });
  for (const canvas of [upright, flipped])
    paintTube(canvas, { from: [-5, 3, -8], to: [9, -6, 11], fromRadiusMm: 2, toRadiusMm: 1 }, WHITE);
  const [nx, ny, nz] = upright.size;
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const here = upright.data[i + nx * (j + ny * k)]!;
        const there = flipped.data[nx - 1 - i + nx * (ny - 1 - j + ny * k)]!;
        assert.ok(Math.abs(here - there) <= 1);
      }
});

test('paintShape() in mode raise or lower leaves what is higher or lower', () => {
  const center: Vector3 = [0, 0, 0];
  for (const [mode, valueHu, expected] of [
    ['raise', 50, 100],
    ['raise', 200, 200],
    ['lower', 200, 100],
    ['lower', -500, -500],
    ['over', 50, 50],
  ] as const) {
    const canvas = blank();
    canvas.data.fill(100);
    paintShape(canvas, center, [4, 4, 4], ball(center, 4), { valueHu, mode });
    assert.equal(canvas.data[30 + 61 * (30 + 61 * 20)], expected, `${mode} ${valueHu}`);
  }
});

test('paintTube() partly or wholly outside the scan paints what is inside and nothing else', () => {
  const canvas = blank();
  paintTube(canvas, { from: [-40, 0, 0], to: [-10, 0, 0], fromRadiusMm: 2, toRadiusMm: 2 }, WHITE);
  assert.equal(canvas.data[0 + 61 * (30 + 61 * 20)], 1000);
  const before = sum(canvas.data);
  paintTube(canvas, { from: [0, 0, 90], to: [5, 5, 120], fromRadiusMm: 9, toRadiusMm: 9 }, WHITE);
  assert.equal(sum(canvas.data), before);
});
