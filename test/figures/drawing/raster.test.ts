import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drawing, Shape } from '../../../src/figures/drawing/drawing.js';
import { drawingSvg, nameWidth } from '../../../src/figures/drawing/drawing.js';
import { drawingPng } from '../../../src/figures/drawing/raster.js';
import { runPython } from '../../python.js';

/** Pixels as SimpleITK reads them: rows of columns of [red, green, blue]. */
function pixelsOf(drawing: Drawing): number[][][] {
  return runPython(
    `import json, sys, base64, tempfile, SimpleITK as sitk
with tempfile.NamedTemporaryFile(suffix='.png') as f:
  f.write(base64.b64decode(json.load(sys.stdin))); f.flush()
  print(json.dumps(sitk.GetArrayFromImage(sitk.ReadImage(f.name)).tolist()))`,
    drawingPng(drawing).toString('base64'),
  );
}

const drawing = (...shapes: Shape[]): Drawing => ({ title: 'a <b>', width: 20, height: 10, shapes });
const WHITE = [255, 255, 255];

test('drawingPng(): rectangles, lines and bands lie where they belong, twice as many pixels as units', () => {
  const pixels = pixelsOf(
    drawing(
      { kind: 'rectangle', x: 1, y: 1, width: 2, height: 3, fill: '#ff0000' },
      {
        kind: 'line',
        points: [
          [6, 5],
          [12, 5],
        ],
        color: '#0000ff',
        width: 2,
      },
      { kind: 'band', x: [14, 18], low: [8, 8], high: [2, 2], fill: '#00ff00' },
    ),
  );
  assert.deepEqual([pixels.length, pixels[0]!.length], [20, 40]);
  const at = (x: number, y: number) => pixels[Math.floor(2 * y)]![Math.floor(2 * x)];
  assert.deepEqual(
    [at(1, 1), at(2.9, 3.9), at(0.9, 1), at(3.1, 2)],
    [[255, 0, 0], [255, 0, 0], WHITE, WHITE],
  );
  assert.deepEqual(
    [at(9, 4.2), at(9, 5.9), at(9, 3.4), at(9, 6.6)],
    [[0, 0, 255], [0, 0, 255], WHITE, WHITE],
  );
  assert.deepEqual(
    [at(16, 2.1), at(16, 7.9), at(16, 1.4), at(13, 5), at(18.6, 5)],
    [[0, 255, 0], [0, 255, 0], WHITE, WHITE, WHITE],
  );
});

test('drawingPng(): an edge through a pixel colours it by its share; text leaves ink between its ends, and dashes gaps', () => {
  const half = pixelsOf(drawing({ kind: 'rectangle', x: 0, y: 0, width: 1.25, height: 1, fill: '#000000' }));
  assert.deepEqual(half[0]!.slice(1, 4), [[0, 0, 0], [128, 128, 128], WHITE]);
  const text = { kind: 'text', y: 8, text: 'HI', size: 8, color: '#000000' } as const;
  const inkOf = (anchor: 'start' | 'end', x: number) => {
    const columns = pixelsOf(drawing({ ...text, x, anchor })).reduce(
      (sum, row) => sum.map((ink, at) => ink + 255 - row[at]![0]!),
      Array(40).fill(0) as number[],
    );
    const dark = columns.flatMap((ink, at) => (ink > 200 ? [at / 2] : []));
    return [dark[0]!, dark.at(-1)!];
  };
  const [first, last] = inkOf('start', 2);
  assert.ok(first! >= 1 && first! <= 2.5 && last! > 6 && last! < 10, `${first} ${last}`);
  const [, end] = inkOf('end', 18);
  assert.ok(end! >= 17 && end! <= 18.5, String(end));
  const row = pixelsOf(
    drawing({
      kind: 'line',
      points: [
        [0, 5],
        [20, 5],
      ],
      color: '#000000',
      width: 1,
      dash: [4, 4],
    }),
  )[10]!;
  assert.ok(row[4]![0]! < 50 && row[12]![0] === 255, 'a dash, then a gap');
});

test('drawingSvg() is a whole SVG in which names cannot break out', () => {
  const svg = drawingSvg(
    drawing({ kind: 'text', x: 1, y: 1, text: '</text><b>', size: 9, anchor: 'start', color: '#000000' }),
  );
  assert.match(svg, /^<svg .*aria-label="a &lt;b&gt;".*&lt;\/text&gt;&lt;b&gt;.*<\/svg>$/);
});

test('nameWidth() leaves room for the longest name, within bounds', () => {
  assert.deepEqual([nameWidth([]), nameWidth(['GPU 0'])], [130, 130]);
  assert.ok(nameWidth(['ip-172-31-25-225 GPU 10']) >= 23 * 6.5);
  assert.equal(nameWidth(['x'.repeat(500)]), 320);
});
