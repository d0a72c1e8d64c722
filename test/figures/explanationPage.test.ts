import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExplainedPatch, explanationPage } from '../../src/figures/explanationPage.js';
import { patchGeometry } from '../../src/patches/patchGrid.js';

const SHAPE = { dim: 8, slices: 6, spacingMm: [1, 1, 1] } as const;

function patchWith(change: Partial<ExplainedPatch> = {}): ExplainedPatch {
  const data = new Float32Array(8 * 8 * 6);
  data[(2 * 8 + 3) * 8 + 5] = 1;
  return {
    title: 'row 3: nodules, probability 0.93',
    class: 1,
    patchHu: new Int16Array(data.length).fill(-800),
    map: { ...patchGeometry(SHAPE), data },
    peakVoxel: [5, 3, 2],
    lines: ['Grad-CAM'],
    ...change,
  };
}

const imagesOf = (page: string): string[] => [...page.matchAll(/base64,([^"]+)/g)].map(([, png]) => png!);

test('explanationPage() shows three planes of a patch through the peak, and the same ones with the map over them', () => {
  const page = explanationPage({ title: 'run', patches: [patchWith()], lines: [] });
  const images = imagesOf(page);
  // Three planes alone, then three with an overlay each.
  assert.equal(images.length, 9);
  const [x, y, z, ...rest] = images;
  assert.deepEqual([rest[0], rest[2], rest[4]], [x, y, z], 'the planes below the map');
  const elsewhere = imagesOf(
    explanationPage({ title: 'run', patches: [patchWith({ peakVoxel: undefined })], lines: [] }),
  );
  const seen = (all: readonly string[]): string[] => [all[4]!, all[6]!, all[8]!];
  assert.ok(
    seen(images).every((png, i) => png !== seen(elsewhere)[i]),
    'through the peak all three planes show it, through the middle none does',
  );
  assert.equal(new Set(seen(elsewhere).slice(1)).size, 1, 'coronal and sagittal: nothing');
});

test('explanationPage() of several patches begins with all of them; it asks for nothing and escapes what data say', () => {
  const patches = [patchWith(), patchWith({ title: '<script>', class: 0, lines: ['<img src=x>'] })];
  const page = explanationPage({ title: 'a <b> run', patches, lines: ['<i>'] });
  assert.match(page, /all patches, middle slices/);
  assert.equal(imagesOf(page).length, 4 + 2 * 9);
  assert.match(page, /Not a medical device/);
  assert.doesNotMatch(page, /<script|<img|<i>|<b>|https?:\/\/(?!www\.w3\.org)/);
});
