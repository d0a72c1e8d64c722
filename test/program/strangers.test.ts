import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { IDENTITY_DIRECTION } from '../../src/volumes/voxels/geometry.js';
import { CLI } from '../commands/voxlab.js';
import { writeScan } from '../patches/cropFixture.js';
import { PYTHON } from '../python.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';

/** ESC with OSC (a title) and CSI (clears the screen), BEL, return, backspace, DEL, C1, marks that turn letters round, separators. */
const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\r\b\u007f\u009b31m\u202egnp\u2066\u200b\u2028\u0085';
/** The same without what no file's name, or no cell of a table, can hold. */
const NAME = `n${HOSTILE}`;

const folder = mkdtempSync(join(tmpdir(), 'voxlab-strangers-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...parts: string[]): string => join(folder, ...parts);

/** What a terminal would be steered by, or a reader not see. */
const STEERS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    timeout: 120_000,
    cwd: folder,
  });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Runs a command whose words or files hold hostile text; the text must have been said, or the test proves nothing. */
function assertTame(
  words: readonly string[],
  { said = /\\x1b|\\u001b/, status }: { said?: RegExp; status?: number } = {},
): void {
  const done = run(...words);
  for (const stream of ['stdout', 'stderr'] as const) {
    const at = done[stream].search(STEERS);
    const around = JSON.stringify(done[stream].slice(Math.max(0, at - 60), at + 20));
    assert.equal(at, -1, `${words.slice(0, 2).join(' ')}: ${stream} steers a terminal in ${around}`);
  }
  assert.match(done.stdout + done.stderr, said, `${words.slice(0, 2).join(' ')} says nothing of it`);
  if (status !== undefined) assert.equal(done.status, status, done.stderr);
}

function cropConfig(): string {
  const config = at('crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${at('raw')}\nCSV_PATH = ${at('raw')}\nPREPROCESSED_PATH = ${at('out')}\n`,
  );
  return config;
}

/** A scan that can be read, by a hostile name; its header names its voxels, which have another. */
function goodScan(into: string): void {
  writeScan(into, 'good');
  renameSync(join(into, 'good.mhd'), join(into, `${NAME}.mhd`));
}

function prepareScans(): void {
  goodScan(at('raw', 'subset0'));
  writeFileSync(
    at('raw', 'subset0', `bad${HOSTILE}.mhd`),
    `ObjectType = Image\nNDims = 3\nDimSize = ${HOSTILE}\n`,
  );
  writeFileSync(
    at('raw', 'candidates_V2.csv'),
    [
      'seriesuid,coordX,coordY,coordZ,class',
      `${NAME},1,2,3,1`,
      `bad${HOSTILE},1,2,3,0`,
      `${NAME},999,2,3,0`,
      `other${HOSTILE},1,2,3,0`,
    ]
      .join('\n')
      .replaceAll('\r', ''),
  );
}

test('names and uids of scans and tables steer no terminal', () => {
  // A table's cell holds no return, which ends a line.
  mkdirSync(at('raw', 'subset0'), { recursive: true });
  prepareScans();
  const config = cropConfig();
  assertTame(['crop', '--config', config, '--dim', '8', '--slices', '6', '--force']);
  assertTame(['crop', '--config', config, '--dim', '8', '--slices', '6', '--force', '--json']);
  assertTame(['crop', '--config', config, '--dim', '8', '--slices', '6', '--strict', '--force', '--debug']);
  assertTame(['crop', '--config', config, '--dry-run']);
  assertTame(['detect', at('raw')]);
  assertTame(['tables', 'segments', at('raw', 'subset0', `bad${HOSTILE}.mhd`)]);
  writeFileSync(
    at('bad.csv'),
    `seriesuid,coordX,coordY,coordZ,class\n1,${HOSTILE.replace('\r', '')},2,3,1\n`,
  );
  assertTame(['tables', at('bad.csv'), '--json'], { said: /./ });
  writeFileSync(
    at(`table${HOSTILE}.csv`),
    `seriesuid,coordX,coordY,coordZ\n../${HOSTILE.replace('\r', '')},1,2,3\n`,
  );
  assertTame(['tables', 'marks', at(`table${HOSTILE}.csv`), '--out', at('marks')]);
});

test('what a patch file says of itself steers no terminal', async () => {
  const uid = `a${HOSTILE}`;
  await writePatchFile(
    at('hostile-patch.hdf5'),
    format,
    {
      ...provenance,
      program: `voxlab ${HOSTILE}`,
      scans: { [uid]: '0'.repeat(64) },
      settings: { [`k${HOSTILE}`]: HOSTILE },
      failedScans: { [uid]: HOSTILE },
    },
    { ...columns, seriesUid: columns.seriesUid.map(() => uid) },
    [rowsOf(0, 5)],
  );
  assertTame(['explore', at('hostile-patch.hdf5')]);
  assertTame(['explore', at('hostile-patch.hdf5'), '--json']);
  assertTame(['verify', at('hostile-patch.hdf5'), '--scans', at('raw')]);
  assertTame(['figure', 'class-balance', at('hostile-patch.hdf5'), '--out', at(`figures${HOSTILE}`)]);
});

test('hosts, devices, users and programs of a GPU log steer no terminal', () => {
  const log = JSON.parse(
    readFileSync(inRepository('test/fixtures/gpu/gpustat-1.0.0.json'), 'utf8')
      .split('\n}\n')[0]!
      .concat('\n}'),
  );
  log.hostname = HOSTILE;
  for (const gpu of log.gpus) {
    gpu.name = `GPU ${HOSTILE}`;
    for (const one of gpu.processes ?? []) Object.assign(one, { username: HOSTILE, command: HOSTILE });
  }
  const file = at(`log${HOSTILE}.json`);
  writeFileSync(file, JSON.stringify(log));
  appendFileSync(file, `\n${HOSTILE}\n`);
  assertTame(['gpu', 'summary', file]);
  assertTame(['gpu', 'summary', file, '--json']);
  assertTame(['gpu', 'convert', file]);
  assertTame(['gpu', 'plot', file, '--out', at(`plots${HOSTILE}`)]);
});

test('settings, runs, notebooks and flags steer no terminal', () => {
  const ini = at(`model${HOSTILE}.ini`);
  writeFileSync(ini, `[local]\nEPOCHS = ${HOSTILE.replace('\r', '')}\n`);
  assertTame(['train', '--config', ini, '--data', at('none.hdf5')]);
  writeFileSync(ini, `[local]\n${HOSTILE.replace('\r', '')} = 1\n`);
  assertTame(['train', '--config', ini, '--data', at('none.hdf5')]);
  const runs = at('runs');
  mkdirSync(join(runs, `run${HOSTILE}`, 'checkpoints'), { recursive: true });
  writeFileSync(join(runs, `run${HOSTILE}`, 'config.json'), JSON.stringify({ network: HOSTILE }));
  writeFileSync(join(runs, `run${HOSTILE}`, 'metrics.jsonl'), `${HOSTILE}\n`);
  assertTame(['runs', runs]);
  assertTame(['runs', runs, '--json']);
  assertTame(['evaluate', join(runs, `run${HOSTILE}`)]);
  assertTame(['notebook', 'run', `none${HOSTILE}`]);
  assertTame([`no${HOSTILE}command`]);
  assertTame(['crop', '--dim', HOSTILE]);
  writeFileSync(at(`net${HOSTILE}.h5`), HOSTILE);
  assertTame(['import', at(`net${HOSTILE}.h5`), '--data', at('hostile-patch.hdf5'), '--out', at('imported')]);
  writeFileSync(
    at('submission.csv'),
    `seriesuid,coordX,coordY,coordZ,probability\n${HOSTILE.replace('\r', '')},1,2,3,${HOSTILE.replace('\r', '')}\n`,
  );
  writeFileSync(at('annotations.csv'), 'seriesuid,coordX,coordY,coordZ,diameter_mm\n');
  writeFileSync(at('uids.csv'), `${HOSTILE.replace('\r', '')}\n`);
  assertTame([
    'froc',
    at('submission.csv'),
    '--annotations',
    at('annotations.csv'),
    '--seriesuids',
    at('uids.csv'),
  ]);
});

test('a table on stdout is exact for a program, and steers no terminal', () => {
  mkdirSync(at('label'), { recursive: true });
  const size = [10, 10, 10] as const;
  const data = Int16Array.from({ length: 1000 }, (_, i) => (i % 10 < 5 ? 1 : 0));
  const geometry = { spacingMm: [1, 1, 1], originMm: [0, 0, 0], direction: IDENTITY_DIRECTION } as const;
  writeMetaImage(at('label', 'good.mhd'), { size, data, ...geometry });
  renameSync(at('label', 'good.mhd'), at('label', `${NAME}.mhd`));
  const words = ['tables', 'segments', at('label', `${NAME}.mhd`)];
  const piped = run(...words);
  assert.equal(piped.status, 0, piped.stderr);
  assert.match(piped.stdout, /\u001b\]0;owned/, 'as the file says it');
  const program = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const { stdout, status } = spawnSync(PYTHON, ['-c', program, process.execPath, CLI, ...words], {
    timeout: 120_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  assert.equal(status, 0);
  const shown = stdout.toString().replaceAll('\r\n', '\n');
  assert.match(shown, /\\x1b\]0;owned/);
  assert.doesNotMatch(shown, STEERS);
});
