import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Progress } from '../../src/progress.js';
import { makeSampleDataSet, type SampleOptions, type SampleResult } from '../../src/sample/sampleDataSet.js';
import { readManifest } from '../../src/sample/sampleManifest.js';
import { CLI } from '../commands/voxlab.js';
import { startNode, until } from '../processes.js';
import { runPython } from '../python.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-sample-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Ten scans with voxels four times larger than a scanner's: the same chests in a sixty-fourth of the time. */
const whole = join(root, 'whole');
const progress: Progress[] = [];
const result = await make(whole, { scans: 10, coarsening: 4, onProgress: (record) => progress.push(record) });

function make(out: string, change: Partial<SampleOptions> = {}): Promise<SampleResult> {
  return makeSampleDataSet({ out, scans: 2, coarsening: 6, workers: 2, ...change });
}
const sums = (folder: string) => readManifest(join(folder, 'sample.json')).files;

interface Checked {
  scans: {
    uid: string;
    subset: number;
    size: number[];
    spacing: number[];
    direction: number[];
    type: string;
    noduleHu: number[];
    lungHu: number;
    inside: boolean;
  }[];
  columns: Record<string, string[]>;
  perScan: Record<string, [nodules: number, positives: number, negatives: number]>;
  uids: string[];
}

test('makeSampleDataSet() is read by SimpleITK and Python csv as LUNA16 is: geometry, nodules where annotated, 1:5', () => {
  const checked = runPython<Checked>(
    `
import csv, glob, json, os, sys
import numpy as np
import SimpleITK as sitk
root = json.load(sys.stdin)
tables = {name: list(csv.DictReader(open(os.path.join(root, name + '.csv')))) for name in ('candidates_V2', 'annotations', 'annotations_excluded')}
truth = list(csv.DictReader(open(os.path.join(root, 'candidates_truth.csv'))))
assert [[row[c] for c in ('seriesuid', 'coordX', 'coordY', 'coordZ', 'class')] for row in truth] == [list(row.values()) for row in tables['candidates_V2']]
position = lambda row: [float(row[c]) for c in ('coordX', 'coordY', 'coordZ')]
scans, per_scan = [], {}
for path in sorted(glob.glob(os.path.join(root, 'subset*', '*.mhd'))):
    image = sitk.ReadImage(path)
    voxels = sitk.GetArrayFromImage(image)
    uid = os.path.basename(path)[:-4]
    mine = {name: [r for r in rows if r['seriesuid'] == uid] for name, rows in tables.items()}
    inside = True
    for rows in mine.values():
        for row in rows:
            index = image.TransformPhysicalPointToContinuousIndex(position(row))
            inside = inside and all(0 <= i <= n - 1 for i, n in zip(index, image.GetSize()))
    solid = {tuple(row[c] for c in ('coordX', 'coordY', 'coordZ')) for row in truth if row['seriesuid'] == uid and row['density'] == 'solid'}
    near = lambda row: any(sum((float(a) - float(b)) ** 2 for a, b in zip(s, position(row))) < 16 for s in solid)
    large = [r for r in mine['annotations'] if float(r['diameter_mm']) >= 8 and near(r)]
    hu = [int(image[image.TransformPhysicalPointToIndex(position(r))]) for r in large]
    scans.append(dict(uid=uid, subset=int(os.path.basename(os.path.dirname(path))[6:]), size=image.GetSize(), spacing=image.GetSpacing(),
        direction=image.GetDirection(), type=image.GetPixelIDTypeAsString(), noduleHu=hu, lungHu=float(np.median(voxels[(voxels > -950) & (voxels < -700)])), inside=inside))
    classes = [r['class'] for r in mine['candidates_V2']]
    per_scan[uid] = [len(mine['annotations']), classes.count('1'), classes.count('0')]
columns = {name: list(rows[0].keys()) for name, rows in tables.items()}
json.dump(dict(scans=scans, columns=columns, perScan=per_scan, uids=open(os.path.join(root, 'seriesuids.csv')).read().split()), sys.stdout)
`,
    whole,
  );
  assert.deepEqual(checked.columns, {
    candidates_V2: ['seriesuid', 'coordX', 'coordY', 'coordZ', 'class'],
    annotations: ['seriesuid', 'coordX', 'coordY', 'coordZ', 'diameter_mm'],
    annotations_excluded: ['seriesuid', 'coordX', 'coordY', 'coordZ', 'diameter_mm'],
  });
  assert.deepEqual(checked.scans.map(({ subset }) => subset).sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([...checked.uids].sort(), checked.scans.map(({ uid }) => uid).sort());
  for (const { uid, type, spacing, inside, noduleHu, lungHu } of checked.scans) {
    assert.equal(type, '16-bit signed integer');
    assert.ok(spacing[0]! >= 2.4 && spacing[0]! <= 3.6 && spacing[2]! >= 2.4 && spacing[2]! <= 12);
    assert.ok(inside, `${uid}: every row lies in its scan`);
    assert.ok(lungHu > -920 && lungHu < -760, String(lungHu));
    // Solid nodules of two voxels and more.
    for (const hu of noduleHu) assert.ok(hu > lungHu + 250, `${uid}: ${hu} HU in a nodule`);
    const [nodules, positives, negatives] = checked.perScan[uid]!;
    assert.ok(nodules >= 6 && nodules <= 10 && positives >= nodules - 2 && negatives === 5 * positives);
  }
  assert.ok(checked.scans.flatMap(({ noduleHu }) => noduleHu).length > 4);
  const directions = new Set(checked.scans.map(({ direction }) => direction.join()));
  assert.deepEqual([...directions].sort(), ['-1,0,0,0,-1,0,0,0,1', '1,0,0,0,1,0,0,0,1']);
});

test('makeSampleDataSet() says what it made, and reports every scan', () => {
  const names = readdirSync(whole, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(whole, name)).isFile(),
  );
  assert.equal(names.length, 10 * 2 + 5 + 1, names.join());
  assert.ok(result.scans === 10 && result.written === 10 && result.candidates % 6 === 0);
  const bytes = names
    .filter((name) => name !== 'sample.json')
    .reduce((sum, name) => sum + statSync(join(whole, name)).size, 0);
  assert.equal(result.bytes, bytes);
  assert.deepEqual(
    progress.map(({ done }) => done),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('makeSampleDataSet() gives the same bytes for the same seed and any number of workers, others for another seed', async () => {
  await make(join(root, 'one'), { workers: 1 });
  await make(join(root, 'two'), { workers: 2 });
  assert.deepEqual(sums(join(root, 'one')), sums(join(root, 'two')));
  await make(join(root, 'other'), { seed: 17, scans: 1 });
  const shas = (folder: string) => Object.values(sums(join(root, folder))).map(({ sha256 }) => sha256);
  assert.equal(shas('other').filter((sha) => shas('one').includes(sha)).length, 0);
});

test('makeSampleDataSet() leaves a whole set as it is, and mends a scan that is missing', async () => {
  const at = join(root, 'one');
  const raw = Object.keys(sums(at)).find((name) => name.endsWith('.raw'))!;
  assert.equal((await make(at)).written, 0);
  rmSync(join(at, raw));
  const before = sums(at);
  const totals: (number | undefined)[] = [];
  const mended = await make(at, { onProgress: ({ total }) => totals.push(total) });
  assert.equal(mended.written, 1);
  assert.deepEqual(totals, [1, 1], 'no other scan is planned');
  const text = readFileSync(join(at, 'annotations.csv'), 'utf8');
  writeFileSync(join(at, 'annotations.csv'), text.slice(1));
  assert.deepEqual(await make(at).then(({ seconds, ...rest }) => rest), {
    ...(({ seconds, ...rest }) => rest)(mended),
    written: 0,
  });
  assert.equal(readFileSync(join(at, 'annotations.csv'), 'utf8'), text);
  assert.deepEqual(sums(at), before);
});

test('makeSampleDataSet() stops at an abort without a manifest or half files, and goes on to the same bytes', async () => {
  const at = join(root, 'stopped');
  const controller = new AbortController();
  const stopped = make(at, {
    workers: 1,
    signal: controller.signal,
    onProgress: ({ done }) => done === 1 && controller.abort(),
  });
  await assert.rejects(stopped, { name: 'InterruptedError', exitCode: 130 });
  assert.equal(existsSync(join(at, 'sample.json')), false);
  assert.ok(
    !readdirSync(at, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.partial')),
  );
  const resumed = await make(at);
  assert.equal(resumed.written, 1);
  assert.deepEqual(sums(at), sums(join(root, 'two')));
  assert.equal(existsSync(join(at, 'sample-unfinished.json')), false);
});

test('sample that is killed before its first scan is whole goes on when it is run again', async (t) => {
  const at = join(root, 'killed early');
  const words = [CLI, 'sample', '--out', at, '--scans', '2'];
  const first = startNode(t, words);
  const names = () => (existsSync(at) ? readdirSync(at, { recursive: true, encoding: 'utf8' }) : []);
  // Its scans take half a second each from here on.
  await until('the folder is taken', () => names().includes('sample-unfinished.json'));
  first.child.kill('SIGKILL');
  await first.ended;
  assert.ok(!names().some((name) => name.endsWith('.mhd')), 'no scan is whole yet');
  // As one that is killed while it writes leaves it.
  mkdirSync(join(at, 'subset0'), { recursive: true });
  writeFileSync(join(at, 'subset0', '2.25.1.raw.7.partial'), 'half');
  assert.equal(await startNode(t, words).ended, 0);
  assert.ok(!names().some((name) => name.endsWith('.partial')));
  assert.equal(Object.keys(sums(at)).length, 2 * 2 + 5);
});

test('makeSampleDataSet() refuses other content in its way unless forced, and then keeps what is not its own', async () => {
  const at = join(root, 'foreign');
  mkdirSync(at);
  writeFileSync(join(at, 'notes.txt'), 'mine');
  await assert.rejects(make(at), {
    name: 'InputError',
    message: /received other content \(notes\.txt\); use another --out, or --force/,
  });
  assert.deepEqual(readdirSync(at), ['notes.txt']);
  await make(at, { force: true, scans: 1 });
  assert.equal(readFileSync(join(at, 'notes.txt'), 'utf8'), 'mine');
  await assert.rejects(make(at, { seed: 18 }), /received another sample set \(seed 16, scans 1\)/);
  await make(at, { seed: 18, force: true, scans: 1 });
  assert.equal(readdirSync(join(at, 'subset0')).length, 2, 'the earlier scans are gone');
});

test('makeSampleDataSet() says first how much disk it needs when there is too little', async (t) => {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize > 3e11) return t.skip('this disk could hold ten thousand scans');
  const at = join(root, 'huge');
  await assert.rejects(make(at, { scans: 10000, coarsening: 1 }), {
    name: 'EnvironmentError',
    message:
      /expected \d+ MiB of free disk for the sample data, found \d+ MiB; free some, use another --out or fewer --scans/,
  });
  assert.equal(existsSync(at), false);
});
