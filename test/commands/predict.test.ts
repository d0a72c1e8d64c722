import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readVolume } from '../../src/volumes/readVolume.js';
import { trainedOnChests } from '../evaluation/chestRun.js';
import { startNode, until } from '../processes.js';
import { CLI, voxlab } from './voxlab.js';

let [folder, run, candidatesPath] = ['', '', ''];
const cleanUps: (() => void)[] = [];
before(async () => {
  ({ folder, run, candidatesPath } = await trainedOnChests({ after: (cleanUp) => cleanUps.push(cleanUp) }));
});
after(() => {
  for (const cleanUp of cleanUps) cleanUp();
});

test('predict writes a submission, marks, a page and markups of each scan, and names a scan that does not fit', async () => {
  const scan = join(folder, 'scans', 'subset2', 'chest2.mhd');
  const out = join(folder, 'out');
  const { status, stdout, stderr } = voxlab(
    'predict',
    run,
    scan,
    join(folder, 'none.mhd'),
    '--most',
    '30',
    '--out',
    out,
    '--json',
  );
  assert.equal(status, 1, stderr);
  assert.match(stderr, /none\.mhd/);
  assert.match(
    stderr,
    /chest2: 30 places scored.*of the 4 scans of its patch file \(48 patches of 16 x 16 x 16 voxels, 12 of them nodules\) 2 trained it, 1 chose it, 1 held out.*was not measured/,
  );
  const { scan: uid, marks, scans, failed } = JSON.parse(stdout);
  assert.deepEqual([uid, scans.length, failed.length], ['chest2', 1, 1]);
  for (const { x, y, z, probability, networkProbability, diameterMm } of marks) {
    assert.ok([x, y, z, diameterMm].every(Number.isFinite) && probability >= 0 && probability <= 1);
    // Batches had half nodules, the data a quarter.
    assert.ok(probability <= networkProbability);
  }
  assert.deepEqual(readdirSync(out).sort(), [
    'chest2.html',
    'chest2.marks.json',
    'chest2.mrk.json',
    'marks.json',
    'submission.csv',
  ]);
  const page = readFileSync(join(out, 'chest2.html'), 'utf8');
  assert.match(page, /Research use\. Not a medical device/);
  assert.doesNotMatch(
    page,
    /<script|https?:\/\/(?!www\.w3\.org)/,
    'no script, and no request leaves the page',
  );
  assert.equal(readFileSync(join(out, 'submission.csv'), 'utf8').trim().split('\n').length, marks.length + 1);
  const given = voxlab(
    'predict',
    run,
    scan,
    '--candidates',
    candidatesPath,
    '--out',
    join(folder, 'given'),
    '--json',
  );
  assert.equal(given.status, 0, given.stderr);
  assert.match(given.stderr, /12 places scored/);
  assert.equal(JSON.parse(given.stdout).marks[0].diameterMm, null);
});

/** Three chests and a file that is none, in one folder. */
function scansOf(folder: string): string {
  const scans = join(folder, 'some');
  mkdirSync(scans);
  for (const i of [0, 1, 2])
    for (const ending of ['mhd', 'raw'])
      copyFileSync(
        join(folder, 'scans', `subset${i}`, `chest${i}.${ending}`),
        join(scans, `chest${i}.${ending}`),
      );
  writeFileSync(join(scans, 'broken.mhd'), 'none');
  return scans;
}

test('predict of a folder goes on with the scans that are left, after a kill too; shards are joined; other settings and changed scans are refused', async (t) => {
  const scans = scansOf(folder);
  const predict = (out: string, ...words: string[]) =>
    voxlab('predict', run, scans, '--most', '12', '--out', join(folder, out), ...words);
  const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

  // Killed once its first scan is done.
  const child = startNode(t, [
    CLI,
    ...['predict', run, scans, '--most', '12', '--out', join(folder, 'whole')],
  ]);
  await until('the first scan', () => existsSync(join(folder, 'whole', 'chest0.marks.json')));
  child.child.kill('SIGKILL');
  assert.equal(await child.ended, 'SIGKILL');
  assert.equal(existsSync(join(folder, 'whole', 'submission.csv')), false);
  const first = read('whole', 'chest0.html');
  const whole = predict('whole');
  assert.equal(whole.status, 1);
  assert.match(whole.stderr, /broken\.mhd/);
  assert.match(whole.stderr, /chest0: already done, \d+ marks/);
  assert.match(whole.stderr, /chest2: 12 places scored/);
  assert.match(whole.stdout, /^3 scans in .* \(\d already done, the others in .* a minute\)/);
  assert.equal(read('whole', 'chest0.html'), first);

  for (const shard of ['0', '1']) {
    const part = predict('parts', '--shard', `${shard}/2`);
    // By name: broken, chest0 | chest1, chest2 alternate.
    assert.equal(part.status, shard === '0' ? 1 : 0, part.stderr);
  }
  assert.ok(readdirSync(join(folder, 'parts')).includes('submission.1-of-2.csv'));
  const joined = predict('parts', '--json');
  assert.equal(joined.stderr.match(/already done/g)?.length, 3, joined.stderr);
  assert.equal(JSON.parse(joined.stdout).scans.length, 3);
  for (const file of ['submission.csv', 'marks.json']) assert.equal(read('parts', file), read('whole', file));
  const rows = (file: string): string[] => read('parts', file).trim().split('\n').slice(1);
  assert.deepEqual(
    [...rows('submission.0-of-2.csv'), ...rows('submission.1-of-2.csv')].sort(),
    rows('submission.csv').sort(),
  );

  const others = voxlab('predict', run, scans, '--most', '13', '--out', join(folder, 'whole'));
  assert.equal(others.status, 1);
  assert.match(
    others.stderr,
    /chest0\.marks\.json: holds marks of most 12, this command would write most 13; use --force/,
  );
  const raw = readFileSync(join(scans, 'chest1.raw'));
  raw[0]! ^= 1;
  writeFileSync(join(scans, 'chest1.raw'), raw);
  const changed = predict('whole');
  assert.match(changed.stderr, /holds marks of another version of .*chest1\.mhd.*--force/);
  assert.equal(changed.stderr.match(/already done/g)?.length, 2);
  const forced = predict('whole', '--force');
  assert.equal(forced.stderr.match(/12 places scored/g)?.length, 3);
});

test('predict --heatmap writes the map beside the page, which shows it; Ctrl-C leaves nothing of the scan in work', async (t) => {
  const scan = join(folder, 'scans', 'subset2', 'chest2.mhd');
  const out = join(folder, 'mapped');
  const words = ['predict', run, scan, '--most', '5', '--heatmap', '--out', out];
  const interrupted = startNode(t, [CLI, ...words]);
  await until('the heat map', () => interrupted.text().includes('heat map chest2'));
  interrupted.child.kill('SIGINT');
  assert.equal(await interrupted.ended, 130, interrupted.text());
  assert.deepEqual(existsSync(out) ? readdirSync(out) : [], []);

  const withoutMap = words.filter((word) => word !== '--heatmap');
  assert.equal(voxlab(...withoutMap).status, 0);
  const marksOf = (): unknown => JSON.parse(readFileSync(join(out, 'chest2.marks.json'), 'utf8')).marks;
  const before = marksOf();
  // The map comes beside marks that stand, and may be left out where it stands.
  const { status, stderr } = voxlab(...words, '--heatmap-spacing', '16');
  assert.equal(status, 0, stderr);
  assert.deepEqual(marksOf(), before);
  assert.match(voxlab(...withoutMap).stderr, /chest2: already done/);
  assert.match(voxlab(...words).stderr, /holds marks of heatMapMm 16, this command would write heatMapMm 4/);
  const [, windows] = /heat map: (\d+) patches, 16 x 16 x 16 mm apart, in .* patches\/s\)/.exec(stderr)!;
  const map = await readVolume(join(out, 'chest2.heatmap.nrrd'));
  assert.equal(map.data.filter((value) => value > 0).length, Number(windows));
  const page = readFileSync(join(out, 'chest2.html'), 'utf8');
  const { marks } = JSON.parse(readFileSync(join(out, 'chest2.marks.json'), 'utf8'));
  const images = (html: string): number => html.split('<figure>')[1]!.match(/<image /g)!.length;
  assert.ok(marks.length > 0 && images(page) === 6, 'three planes, and what lies over each');
  assert.match(page, /heat map: \d+ patches/);
});
