import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { readVolume } from '../../src/volumes/readVolume.js';
import { voxlab } from '../commands/voxlab.js';
import { noise, SECRETS, SERIES_UID, series, type Tags, writeSlices } from '../volumes/dicomFixture.js';

interface Job {
  readonly root: string;
  readonly slices: string;
  readonly crop: (...words: string[]) => ReturnType<typeof voxlab>;
}

const SIZE = { '0028,0010': 22, '0028,0011': 24 };
const big = (count: number): Record<string, Tags> =>
  series(count, (i) => ({ ...SIZE, '7FE0,0010': noise(`${i}`, 22 * 24, 12) }));

/** A DICOM series in folders as of LIDC-IDRI, a table of its candidates, and the command that cuts them. */
function setUp(t: TestContext): Job {
  const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-crop-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const slices = join(root, 'raw', 'subset0', 'p1', 'study', 'series');
  writeSlices(slices, big(12));
  writeTable(root, SERIES_UID);
  return { root, slices, crop: cropOf(root, 'raw', 'out') };
}

function writeTable(root: string, uid: string): void {
  const random = createRandom('candidates');
  const rows = Array.from({ length: 6 }, (_, i) =>
    [uid, random.between(-119, -106), random.between(34, 49), random.between(-299, -273), i % 2].join(','),
  );
  writeFileSync(join(root, 'table.csv'), ['seriesuid,coordX,coordY,coordZ,class', ...rows, ''].join('\n'));
}

function cropOf(root: string, raw: string, out: string): Job['crop'] {
  const config = join(root, `${raw}.ini`);
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${join(root, raw)}\nCSV_PATH = ${join(root, 'table.csv')}\nPREPROCESSED_PATH = ${join(root, out)}\n`,
  );
  return (...words) => voxlab('crop', '--config', config, '--dim', '8', '--slices', '6', ...words);
}

test('crop cuts the same patches from a DICOM series as from the same voxels in a MetaImage', async (t) => {
  const { root, slices, crop } = setUp(t);
  const planned = crop('--dry-run', '--json');
  assert.deepEqual([planned.status, JSON.parse(planned.stdout).rows], [0, 6], planned.stderr);
  const { status, stdout, stderr } = crop('--json');
  assert.equal(status, 0, stderr);
  const { file } = JSON.parse(stdout);
  // Its own hash is over the slices in the order of their positions.
  const hash = createHash('sha256');
  for (let i = 0; i < 12; i++) hash.update(readFileSync(join(slices, `${i}.dcm`)));
  assert.ok(readFileSync(file).includes(hash.digest('hex')));
  assert.deepEqual(JSON.parse(crop('--json').stdout).status, 'done');

  mkdirSync(join(root, 'mhd', 'subset0'), { recursive: true });
  writeMetaImage(join(root, 'mhd', 'subset0', `${SERIES_UID}.mhd`), await readVolume(slices));
  const other = cropOf(root, 'mhd', 'out-mhd')('--json');
  assert.equal(other.status, 0, other.stderr);
  const rowsOf = (path: string) => voxlab('explore', path, '--rows', 'all', '--json').stdout;
  assert.equal(rowsOf(JSON.parse(other.stdout).file), rowsOf(file));
});

test('crop names a DICOM series with a missing slice, or one that is cut short, and goes on with the others', (t) => {
  const { root, slices, crop } = setUp(t);
  writeSlices(
    join(root, 'raw', 'subset0', 'p2'),
    series(12, (i) => ({ ...big(12)[`${i}.dcm`], '0020,000E': '1.9' })),
  );
  const table = readFileSync(join(root, 'table.csv'), 'utf8');
  writeFileSync(
    join(root, 'table.csv'),
    table + table.split('\n').slice(1).join('\n').replaceAll(SERIES_UID, '1.9'),
  );
  rmSync(join(slices, '5.dcm'));
  const gap = crop('--json', '--outside', 'skip');
  assert.equal(gap.status, 1);
  const [failed] = JSON.parse(gap.stdout).failed;
  assert.equal(failed.uid, SERIES_UID);
  assert.match(failed.reason, /series: expected slices 2\.5 mm apart, received 5 mm .*1 slice is missing/);
  assert.equal(JSON.parse(gap.stdout).rows, 6);
  writeSlices(slices, big(12));
  truncateSync(join(slices, '3.dcm'), statSync(join(slices, '3.dcm')).size - 9);
  const cut = crop('--json', '--outside', 'skip');
  assert.match(JSON.parse(cut.stdout).failed[0].reason, /3\.dcm: the file is cut short: expected 1056 bytes/);
});

test('nothing of a patient in DICOM headers reaches a patch file, a page, stdout or stderr, in success or failure', (t) => {
  const { root, slices, crop } = setUp(t);
  const said: string[] = [];
  const say = ({ stdout, stderr }: ReturnType<typeof voxlab>): void => {
    said.push(stdout, stderr);
  };
  for (const secret of SECRETS) assert.ok(readFileSync(join(slices, '0.dcm')).includes(secret));
  say(crop('--dry-run'));
  say(crop());
  say(crop('--json'));
  say(voxlab('explore', join(root, 'out', '8x8x6-patch.hdf5'), '--json'));
  const voxels = readFileSync(join(slices, '4.dcm'));
  const damages: Record<string, (bytes: Buffer) => Buffer> = {
    'cut in the header': (bytes) => bytes.subarray(0, 400),
    'cut in the voxels': (bytes) => bytes.subarray(0, bytes.length - 50),
    'no voxels': (bytes) => bytes.subarray(0, bytes.indexOf(Buffer.from('e07f1000', 'hex'))),
    // The name's length is wrong, so that the name is read as tags.
    'a shifted name': (bytes) => {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt16LE(2, damaged.indexOf(SECRETS[0]) - 2);
      return damaged;
    },
    // The name stands where numbers or uids do.
    'a name as position': (bytes) => swapped(bytes, '-120.25', SECRETS[0].slice(0, 7)),
    'a name as series': (bytes) => swapped(bytes, '1.2.826.0.', 'DOE^SECRET'),
    'a name as syntax': (bytes) => swapped(bytes, '1.2.840.10008.1.2.1', 'DOE^SECRET-ID-55501'),
  };
  for (const [name, damage] of Object.entries(damages)) {
    writeFileSync(join(slices, '4.dcm'), damage(voxels));
    const run = crop('--force', '--json');
    assert.equal(run.status, 1, `${name}: ${run.stderr}`);
    assert.match(run.stderr, /4\.dcm|slices/, name);
    say(run);
    say(crop('--dry-run'));
  }
  const written = readdirSync(join(root, 'out'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  assert.ok(written.length > 0);
  for (const secret of [...SECRETS, 'SECRET', 'DOE^', '5550123', '55501'])
    for (const bytes of [...written, ...said.map((text) => Buffer.from(text))])
      assert.ok(!bytes.includes(secret), `${secret} in ${bytes.toString('latin1').slice(0, 300)}`);
});

/** Every `text` in the file becomes `other`, of the same length. */
function swapped(bytes: Buffer, text: string, other: string): Buffer {
  assert.equal(text.length, other.length);
  return Buffer.from(bytes.toString('latin1').replaceAll(text, other), 'latin1');
}
