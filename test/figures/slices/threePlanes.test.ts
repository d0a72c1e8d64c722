import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greyOf, WINDOWS } from '../../../src/figures/drawing/picture.js';
import { threePlanes } from '../../../src/figures/slices/threePlanes.js';

const volume = {
  data: new Int16Array(1000).fill(-800),
  size: [10, 10, 10],
  spacingMm: [1, 1, 2],
  originMm: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;

test('threePlanes() draws three slices in the right proportions, with the marks near each plane', () => {
  const marks = [
    { centerWorldMm: [5, 5, 10], class: 1 },
    { centerWorldMm: [5, 5, 18], class: 0 },
  ] as const;
  const svg = threePlanes(volume, [5, 5, 10], { marks, title: 'a < b' }).svg();
  assert.equal(svg.match(/<image /g)?.length, 3);
  assert.match(svg, /<image width="9" height="18"/, 'the coronal slice is as high as 10 slices of 2 mm');
  assert.equal(svg.match(/<circle /g)?.length, 5, 'the second mark is 8 mm off the axial plane');
  assert.ok(svg.includes('a &lt; b'));
});

test('threePlanes() draws an overlay over each slice, in colours and transparent', () => {
  const overlay = { volume: { ...volume, data: new Float32Array(1000).fill(0.5) } };
  const plain = threePlanes(volume, [5, 5, 10])
    .svg()
    .match(/<image [^>]*>/g)!;
  const images = threePlanes(volume, [5, 5, 10], { overlay })
    .svg()
    .match(/<image [^>]*>/g)!;
  assert.deepEqual([plain.length, images.length], [3, 6]);
  for (const [i, image] of plain.entries()) {
    assert.equal(images[2 * i], image);
    const place = /width="[\d.]+" height="[\d.]+"/;
    assert.equal(place.exec(images[2 * i + 1]!)![0], place.exec(image)![0]);
    // PNG: byte 25 is the colour type, 6 with transparency.
    const png = Buffer.from(/base64,([^"]+)/.exec(images[2 * i + 1]!)![1]!, 'base64');
    assert.equal(png[25], 6);
  }
  assert.throws(
    () => threePlanes(volume, [5, 5, 10], { overlay: { ...overlay, opacity: 2 } }).svg(),
    RangeError,
  );
});

test('greyOf() maps the window to 0..255 and clamps', () => {
  assert.deepEqual(
    [-2000, -1350, -600, 150, 900].map((hu) => greyOf(hu, WINDOWS.lung)),
    [0, 0, 128, 255, 255],
  );
});

test('threePlanes() outlines a box in the planes that pass through it', () => {
  const outlines = (through: readonly [number, number, number]): string[] =>
    threePlanes(volume, through, {
      boxes: [{ fromWorldMm: [1.5, 2.5, 5], toWorldMm: [5.5, 5.5, 11] }],
    })
      .svg()
      .match(/<rect [^>]*stroke="#ffd54a"[^>]*>/g)!;
  const [axial, coronal, sagittal] = outlines([3, 4, 8]);
  assert.match(axial!, /x="1.8" y="2.7" width="3.6" height="2.7"/, '4 x 3 mm at 0.9 pixels a mm');
  assert.match(coronal!, /width="3.6" height="5.4"/);
  assert.match(sagittal!, /width="2.7" height="5.4"/);
  assert.equal(outlines([8, 4, 8]).length, 2, 'the sagittal plane does not meet it');
});
