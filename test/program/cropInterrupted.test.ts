import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { CLI } from '../commands/voxlab.js';
import { cropFixture, INSIDE_MM } from '../patches/cropFixture.js';

const KILLS = Number(process.env.VOXLAB_KILLS ?? 20);
const INTERRUPTS = 5;
const FILE = '24x24x16-patch.hdf5';

/** The command line's crop of the small data set into a folder of its own. */
function setUp(t: TestContext, topMm?: number): { folder: string; words: (out: string) => string[] } {
  const { folder, scansFolder } = cropFixture(t, topMm);
  const config = join(folder, 'crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${scansFolder}\nCSV_PATH = ${scansFolder}\nPREPROCESSED_PATH = ${folder}/out\n`,
  );
  const format = ['--dim', '24', '--slices', '16', '--outside', 'skip', '--workers', '1'];
  return {
    folder,
    words: (out) => [CLI, 'crop', '--config', config, ...format, '--out', join(folder, out)],
  };
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Runs to its end, or until the signal after so many milliseconds. */
function run(words: readonly string[], stop?: { readonly afterMs: number; readonly signal: NodeJS.Signals }) {
  return new Promise<{ code: number | null; signal: string | null; stderr: string; ms: number }>((done) => {
    const began = performance.now();
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const timer = stop && setTimeout(() => child.kill(stop.signal), stop.afterMs);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stderr, ms: performance.now() - began });
    });
  });
}

const RISK = `crop survives ${KILLS} SIGKILLs and ${INTERRUPTS} SIGINTs: the same bytes, and nothing beside its file`;
test(`${RISK}: its rows in place`, (t) => survive(t, INSIDE_MM));
test(`${RISK}: rows copied, as some candidates lie outside`, (t) => survive(t));

async function survive(t: TestContext, topMm?: number): Promise<void> {
  const { folder, words } = setUp(t, topMm);
  const whole = await run(words('whole'));
  assert.equal(whole.code, 0, whole.stderr);
  const expected = sha256(join(folder, 'whole', FILE));

  // Each moment lies in its own slice of the run time; a process that was faster is run again with an earlier one.
  const random = createRandom('moments of crop');
  const slices = random.shuffle(Array.from({ length: KILLS + INTERRUPTS }, (_, i) => i));
  for (const [i, slice] of slices.entries()) {
    const signal = i < KILLS ? 'SIGKILL' : 'SIGINT';
    let afterMs = ((slice + random.uniform()) / slices.length) * whole.ms;
    for (let stopped = false; !stopped; afterMs *= 0.8) {
      const ended = await run(words('out'), { afterMs, signal });
      // Before its first line a process has no handler yet: then the signal itself ends it.
      stopped = ended.signal === signal || ended.code === 130;
      if (!stopped) assert.equal(ended.code, 0, `after ${signal} at ${afterMs} ms: ${ended.stderr}`);
      if (!existsSync(join(folder, 'out', FILE))) continue;
      // What stands under the final name is whole, whenever the process was stopped.
      assert.equal(sha256(join(folder, 'out', FILE)), expected, `after ${signal} at ${afterMs} ms`);
      assert.equal((await run(words('out'))).code, 0);
      assert.deepEqual(readdirSync(join(folder, 'out')), [FILE]);
      rmSync(join(folder, 'out'), { recursive: true });
    }
  }
  const last = await run(words('out'));
  assert.equal(last.code, 0, last.stderr);
  assert.equal(sha256(join(folder, 'out', FILE)), expected);
  assert.deepEqual(readdirSync(join(folder, 'out')), [FILE]);
}

test('crop says so where a file cannot grow, leaves nothing under its name, and a later run goes on', async (t) => {
  const { folder, words } = setUp(t);
  assert.equal((await run(words('whole'))).code, 0);
  const expected = sha256(join(folder, 'whole', FILE));
  // Neither its header nor the room for its rows.
  for (const kibibytes of [8, 160]) {
    const limited = spawnSync(
      'bash',
      ['-c', `ulimit -f ${kibibytes}; exec "$@"`, 'bash', process.execPath, ...words('out')],
      { encoding: 'utf8' },
    );
    assert.equal(limited.status, 1, limited.stderr);
    assert.match(limited.stderr.trimEnd(), /cannot be written .*make room on the disk[^\n]*$/);
    assert.ok(!existsSync(join(folder, 'out', FILE)));
    assert.ok(!existsSync(join(folder, 'out', `${FILE}.lock`)));
  }
  assert.equal((await run(words('out'))).code, 0);
  assert.equal(sha256(join(folder, 'out', FILE)), expected);
  assert.deepEqual(readdirSync(join(folder, 'out')), [FILE]);
});

test('crop on a disk that fills up says so, leaves nothing under its name, and goes on once there is room', async (t) => {
  const { folder, words } = setUp(t);
  assert.equal((await run(words('whole'))).code, 0);
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1024k', 'tmpfs', disk]).status !== 0)
    return t.skip('a disk of its own needs the right to mount one');
  try {
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(900 * 1024));
    const early = await run(words('disk'));
    assert.equal(early.code, 1);
    assert.match(early.stderr, /expected \d+ MiB of free disk .*found \d+ MiB; free some/);
    assert.ok(!existsSync(join(disk, FILE)));
    rmSync(filler);
    assert.equal((await run(words('disk'))).code, 0);
    assert.equal(sha256(join(disk, FILE)), sha256(join(folder, 'whole', FILE)));
  } finally {
    spawnSync('umount', [disk]);
  }
});
