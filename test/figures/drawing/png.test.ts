import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePng, pngDataUri } from '../../../src/figures/drawing/png.js';
import { runPython } from '../../python.js';

const image = { width: 5, height: 3, data: Uint8Array.from({ length: 15 }, (_, i) => i * 17) };

test('encodePng(): SimpleITK reads the same pixels', () => {
  const read = runPython<number[][]>(
    `import json, sys, base64, tempfile, SimpleITK as sitk
with tempfile.NamedTemporaryFile(suffix='.png') as f:
  f.write(base64.b64decode(json.load(sys.stdin))); f.flush()
  print(json.dumps(sitk.GetArrayFromImage(sitk.ReadImage(f.name)).tolist()))`,
    encodePng(image).toString('base64'),
  );
  assert.deepEqual(read.flat(), [...image.data]);
  assert.match(pngDataUri(image), /^data:image\/png;base64,iVBOR/);
});

test('encodePng() refuses a wrong number of pixels', () => {
  assert.throws(() => encodePng({ ...image, width: 4 }), /Expected 4 x 3 pixels, received 15/);
});
