import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngDataUri } from '../../../src/figures/drawing/png.js';
import { type Overlay, overlayImage } from '../../../src/figures/slices/overlaySlice.js';
import { patchMontage } from '../../../src/figures/slices/patchMontage.js';
import type { Volume } from '../../../src/volumes/voxels/volume.js';

test('patchMontage() shows the slice of the candidate of each patch, framed by class, captions escaped', () => {
  const dataHu = new Int16Array(2 * 2 * 4).fill(-1000);
  dataHu.fill(400, 8, 12);
  const patches = [0, 1, 1].map((label, i) => ({ dataHu, class: label, caption: `<${i}>` }));
  const svg = patchMontage('three', patches, { dim: 2, slices: 4 }, { columns: 2, edge: 10 }).svg();
  assert.equal(svg.match(/<image /g)?.length, 3);
  assert.equal(svg.match(/stroke="#e69f00"/g)?.length, 2);
  assert.ok(svg.includes('&lt;2&gt;'));
  const picture = patchMontage('', [{ dataHu, class: 1 }], { dim: 2, slices: 4 }, { slice: 0 }).svg();
  assert.notEqual(picture.match(/base64,([^"]+)/)?.[1], svg.match(/base64,([^"]+)/)?.[1]);
});

test("patchMontage() draws a patch's overlay over its slice, as opaque as it says; another size is refused", () => {
  const dataHu = new Int16Array(2 * 2 * 4).fill(-1000);
  const data = new Float32Array(16);
  // The corners of the middle slice, of a row that is not its own mirror image.
  data.set([0, 0.5, 1, Number.NaN], 8);
  const volume: Volume = {
    data,
    size: [2, 2, 4],
    spacingMm: [1, 1, 1],
    originMm: [0, 0, 0],
    direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const imagesOf = (overlay?: Overlay): string[] => {
    const patch = { dataHu, class: 1, ...(overlay && { overlay }) };
    const svg = patchMontage('', [patch], { dim: 2, slices: 4 }).svg();
    return [...svg.matchAll(/base64,([^"]+)/g)].map(([, png]) => png!);
  };
  const [plain] = imagesOf();
  const [below, over] = imagesOf({ volume, opacity: 0.8 });
  assert.equal(below, plain);
  // What is no number is not seen; the direction turns nothing, as a montage shows voxels in their order.
  const expected = overlayImage(Uint8Array.of(0, 128, 255, 0), 2, 0.8);
  assert.equal(over, pngDataUri(expected).split('base64,')[1]);
  assert.throws(
    () => imagesOf({ volume: { ...volume, size: [2, 4, 2] } }),
    /Expected an overlay of the patch's 2 x 2 x 4 voxels, received 2 x 4 x 2/,
  );
  assert.throws(() => imagesOf({ volume, opacity: 2 }), /opacity of the overlay from 0 to 1, received 2/);
});
