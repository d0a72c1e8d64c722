import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { openPatchFile, type PatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { chosenRows, patchGallery } from '../../src/widgets/patchGallery.js';
import type { GalleryState } from '../../src/widgets/viewerState.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-gallery-'));
let patches: PatchFile;
before(async () => {
  const file = join(folder, 'p.hdf5');
  await writePatchFile(file, format, provenance, columns, [rowsOf(0, 5)]);
  patches = await openPatchFile(file);
});
after(() => {
  patches.close();
  rmSync(folder, { recursive: true });
});

const stateIn = (html: string): GalleryState =>
  JSON.parse(/<script type="application\/json">(.*?)<\/script>/s.exec(html)![1]!).state;

test('patchGallery() holds the voxels of its rows as they are, with class, subset, scan and probability', async () => {
  const gallery = await patchGallery(patches, { rows: [3, 0], probabilities: new Map([[3, 0.25]]) });
  assert.deepEqual([gallery.rows, gallery.leftOut], [[3, 0], []]);
  const { patches: kept, rows, scan } = stateIn(gallery.page());
  assert.deepEqual([rows, scan.size, scan.oriented], [5, [4, 4, 3], false]);
  for (const [at, row] of [3, 0].entries()) {
    const bytes = inflateRawSync(Buffer.from(kept[at]!.hu, 'base64'));
    let last = 0;
    const values = Array.from({ length: 48 }, (_, voxel) => {
      const step = bytes[voxel]! | (bytes[48 + voxel]! << 8);
      last = ((step + (voxel % 4 === 0 ? 0 : last)) << 16) >> 16;
      return last;
    });
    assert.deepEqual(values, Array.from(rowsOf(row, 1)));
    assert.deepEqual(
      [kept[at]!.class, kept[at]!.subset, kept[at]!.seriesUid, kept[at]!.probability],
      [columns.classes[row], columns.subsets[row], columns.seriesUid[row], row === 3 ? 0.25 : undefined],
    );
  }
});

test('patchGallery() holds patches of any size as they are, also those that take more than a saved scan may', async () => {
  const [dim, slices] = [128, 48];
  const data = Int16Array.from({ length: dim * dim * slices }, (_, i) => Math.imul(i, 0x9e3779b1) >> 20);
  const large = {
    ...{ rows: 1, voxelsPerRow: data.length, format: { ...format, dim, slices } },
    labels: () => ({ classes: [1], subsets: [0] }),
    places: () => ({ seriesUids: ['a'] }),
    readRows: async (_: readonly number[], into: Int16Array) => into.set(data),
  } as unknown as PatchFile;
  const { patches: kept, scan } = stateIn((await patchGallery(large, { rows: [0] })).page());
  assert.deepEqual(scan.size, [dim, dim, slices]);
  const bytes = inflateRawSync(Buffer.from(kept[0]!.hu, 'base64'));
  assert.equal(bytes.length, 2 * data.length, 'a value for each voxel of the scan');
});

test('patchGallery() is a page that loads nothing, whose title is text, and an output with the same', async () => {
  const gallery = await patchGallery(patches, { title: '</script><img src=x onerror=alert(1)>' });
  const page = gallery.page();
  assert.doesNotMatch(page, /<img src=x|<script[^>]* src=|<link/);
  assert.match(page, /default-src 'none'/);
  const bundle = (gallery as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for('Jupyter.display')
  ]!();
  assert.ok(page.includes(bundle['text/html']!));
  assert.match(bundle['text/html']!, /^<img alt="&lt;\/script/, 'where no script runs there is a montage');
});

test('patchGallery() refuses rows that the file does not have, and shows no more than asked for', async () => {
  await assert.rejects(patchGallery(patches, { rows: [0, 5] }), /rows from 0 to 4, received 5/);
  const { rows, leftOut } = await patchGallery(patches, { rows: [4, 1, 2], most: 2 });
  assert.deepEqual([rows, leftOut], [[4, 1], [2]]);
});

test('chosenRows() takes as many of each class, in turn; with probabilities those furthest from the truth', () => {
  const classes = Array.from({ length: 100 }, (_, row) => (row % 10 === 0 ? 1 : 0));
  const plain = chosenRows(classes, new Map(), 12);
  assert.equal(plain.length, 12);
  assert.deepEqual(
    plain.map((row) => classes[row]),
    [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0],
  );
  assert.ok(Math.max(...plain) > 75, 'over the whole file');
  const all = chosenRows(classes, new Map(), 60);
  assert.equal(all.length, 60);
  assert.equal(all.filter((row) => classes[row] === 1).length, 10, 'all nodules, and others in their place');
  const probabilities = new Map(
    [0, 10, 20, 1, 2, 3, 4].map((row, i) => [row, [0.9, 0.1, 0.6, 0.2, 0.8, 0.5, 0.1][i]!]),
  );
  assert.deepEqual(chosenRows(classes, probabilities, 4), [10, 2, 20, 3]);
  assert.deepEqual(chosenRows([], new Map(), 4), []);
});
