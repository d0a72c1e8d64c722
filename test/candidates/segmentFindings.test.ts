import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAnnotations } from '../../src/candidates/annotations.js';
import { readCandidates } from '../../src/candidates/candidateTable.js';
import {
  type SegmentFinding,
  segmentFindings,
  segmentTableText,
} from '../../src/candidates/segmentFindings.js';
import { runPython } from '../python.js';
import { sliceTags, writeSlices } from '../volumes/dicomFixture.js';
import { apartMm, SERIES, segmentFile } from '../volumes/segments/segmentReference.js';

function temporary(t: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-segments-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("segmentFindings() has SimpleITK's parts of oblique label images, in NRRD, NIfTI and MetaImage alike", async (t) => {
  const folder = temporary(t);
  const expected = runPython<{ label: number; voxels: number; center: number[]; diameter: number }[]>(
    `import json, sys, numpy as np, SimpleITK as sitk
folder = json.load(sys.stdin)
rng = np.random.default_rng(3)
labels = np.zeros((20, 31, 27), np.uint8)
z, y, x = np.indices(labels.shape)
for label, c, r in [(1, (5, 8, 9), 4.2), (1, (15, 22, 20), 3.1), (4, (8, 24, 7), 2.4), (9, (14, 6, 20), 5)]:
    labels[((z - c[0]) / 0.6) ** 2 + (y - c[1]) ** 2 + (x - c[2]) ** 2 <= r * r] = label
image = sitk.GetImageFromArray(labels)
image.SetSpacing((0.75, 0.5, 2.0)); image.SetOrigin((-12.5, 40, 7))
a = 0.3
image.SetDirection((np.cos(a), -np.sin(a), 0, np.sin(a), np.cos(a), 0, 0, 0, -1))
for name in ('one_label.nrrd', 'two.nii.gz', 'three-seg.mha'): sitk.WriteImage(image, folder + '/' + name)
found = []
for label in (1, 4, 9):
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(sitk.ConnectedComponent(image == label, True))
    found += [dict(label=label, voxels=shape.GetNumberOfPixels(l), center=shape.GetCentroid(l), diameter=2 * shape.GetEquivalentSphericalRadius(l)) for l in shape.GetLabels()]
print(json.dumps(found))`,
    folder,
  );
  for (const [name, uid, tolerance] of [
    ['one_label.nrrd', 'one', 1e-6],
    // Its header has float32.
    ['two.nii.gz', 'two', 1e-4],
    ['three-seg.mha', 'three', 1e-6],
  ] as const) {
    const found = await segmentFindings(join(folder, name));
    assert.equal(found.length, 4);
    for (const { seriesUid, label, voxels, centerWorldMm, diameterMm } of found) {
      assert.equal(seriesUid, uid);
      const same = expected.filter(({ center }) => apartMm(center, centerWorldMm) < tolerance);
      assert.equal(same.length, 1, `${name}: ${centerWorldMm}`);
      assert.deepEqual([label, voxels], [same[0]!.label, same[0]!.voxels]);
      assert.ok(Math.abs(diameterMm - same[0]!.diameter) < tolerance);
    }
  }
});

test('segmentFindings() takes the series of a DICOM file, or the one that is given', async () => {
  const uids = async (name: string, seriesUid?: string): Promise<string[]> => {
    const found = await segmentFindings(segmentFile(name), seriesUid === undefined ? {} : { seriesUid });
    return [...new Set(found.map((one) => one.seriesUid))];
  };
  assert.deepEqual(await uids('binary.dcm'), [SERIES]);
  assert.deepEqual(await uids('structures.dcm'), [SERIES]);
  assert.deepEqual(await uids('structures.dcm', 'mine'), ['mine']);
});

test('segmentTableText() is a table of annotations and of candidates at once', (t) => {
  const folder = temporary(t);
  const finding: SegmentFinding = {
    ...{ seriesUid: 'a', label: 2, name: 'left, upper', voxels: 12, diameterMm: 4.5, inPlaneMm: 5.25 },
    centerWorldMm: [-1.5, 2, 3.25],
  };
  const file = join(folder, 'segments.csv');
  writeFileSync(file, segmentTableText([finding]));
  assert.deepEqual(readAnnotations(file), [
    { seriesUid: 'a', centerWorldMm: [-1.5, 2, 3.25], diameterMm: 4.5 },
  ]);
  assert.deepEqual(readCandidates(file), [
    { seriesUid: 'a', centerWorldMm: [-1.5, 2, 3.25], class: 1, line: 2 },
  ]);
  assert.match(readFileSync(file, 'utf8'), /,5\.25,12,2,"left, upper"\n$/);
});

test('segmentFindings() refuses a DICOM slice, a file of another kind and none', async (t) => {
  const folder = temporary(t);
  writeSlices(folder, { 'slice.dcm': sliceTags(0, Buffer.alloc(24)) });
  writeFileSync(join(folder, 'a.txt'), 'text');
  await assert.rejects(
    segmentFindings(join(folder, 'slice.dcm')),
    /expected a DICOM segmentation or RT structure set/,
  );
  await assert.rejects(segmentFindings(join(folder, 'a.txt')), /expected a scan that ends in/);
  await assert.rejects(
    segmentFindings(join(folder, 'none.nrrd')),
    /none\.nrrd: expected a file, found nothing/,
  );
});
