import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { killedOften } from '../killedOften.js';
import { startNode } from '../processes.js';
import { computed } from '../training/trainFixture.js';
import { copyDefaultSample, removeScans } from './defaultSample.js';

/** A clone of its own for `npm start`: it writes into data/ and runs/ of its clone. Some scans are missing; small patches, one cell a notebook. */
async function cloneOfOurs(t: TestContext): Promise<string> {
  const clone = mkdtempSync(join(tmpdir(), 'voxlab-start-'));
  t.after(() => rmSync(clone, { recursive: true, force: true }));
  for (const copied of ['dist', 'configs', 'src', 'notebooks', 'package.json', '.setup'])
    cpSync(inRepository(copied), join(clone, copied), { recursive: true });
  for (const linked of ['node_modules', '.venv']) symlinkSync(inRepository(linked), join(clone, linked));
  await copyDefaultSample(join(clone, 'data', 'raw'), MISSING);
  const config = join(clone, 'configs', 'model.ini');
  const text = readFileSync(config, 'utf8')
    .replace(/^EPOCHS = .*/m, 'EPOCHS = 2')
    .replace(/^NETWORK = .*/m, 'NETWORK = cnn3d')
    .replace(/^CROP = .*/m, 'CROP = 16')
    .replace(/^CHECKPOINT_STEPS = .*/m, 'CHECKPOINT_STEPS = 5');
  writeFileSync(config, text);
  const notebooks = join(clone, 'notebooks');
  for (const file of readdirSync(notebooks).map((name) => join(notebooks, name))) {
    const notebook = JSON.parse(readFileSync(file, 'utf8'));
    const first = notebook.cells.find((cell: { cell_type: string }) => cell.cell_type === 'code');
    notebook.cells = [{ ...first, source: 'const answer = 6 * 7;\nanswer' }];
    writeFileSync(file, JSON.stringify(notebook));
  }
  return clone;
}

/** So many that kills meet the sample, too, and so few that they come to training. */
const MISSING = 2;

const CLI = 'dist/lib/cli.js';
const RUN = 'runs/start';

const startIn = (t: TestContext, clone: string) => startNode(t, [join(clone, CLI), 'start'], { cwd: clone });

/** What the main job leaves: the sample's tables, every number of training, the weights, the scores. */
function resultOf(clone: string): Record<string, unknown> {
  const hash = (...parts: string[]) =>
    createHash('sha256')
      .update(readFileSync(join(clone, ...parts)))
      .digest('hex');
  return {
    tables: ['annotations.csv', 'candidates_V2.csv', 'sample.json'].map((name) => hash('data', 'raw', name)),
    training: computed(readMetrics(join(clone, RUN))),
    weights: hash(RUN, 'last', 'weights.safetensors'),
    scores: hash(RUN, 'predictions.csv'),
  };
}

/** The commands of the main job whose results are compared, undisturbed, as a user would type them. */
function typeCommands(clone: string): void {
  for (const words of [['sample'], ['crop', '--subset', 'all'], ['train', '--out', RUN], ['evaluate', RUN]]) {
    const { status, stderr } = spawnSync(process.execPath, [join(clone, CLI), ...words], {
      cwd: clone,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  }
}

test('start, killed at random and begun again, ends with the data, training and scores of its commands, undisturbed; nothing goes on unseen', async (t) => {
  const clone = await cloneOfOurs(t);
  typeCommands(clone);
  const undisturbed = resultOf(clone);
  const beginAnew = () => {
    for (const made of ['runs', 'data/preprocessed']) rmSync(join(clone, made), { recursive: true });
    removeScans(join(clone, 'data', 'raw'), MISSING);
  };
  beginAnew();
  await killedOften('kills of start', () => startIn(t, clone), {
    lock: join(clone, 'runs', 'main-job'),
    longestMs: 14_000,
    whole: beginAnew, // so that each kill meets work
  });
  const last = startIn(t, clone);
  assert.equal(await last.ended, 0, last.text());
  assert.deepEqual(resultOf(clone), undisturbed);

  const again = startIn(t, clone);
  assert.equal(await again.ended, 0, again.text());
  for (const step of ['sample', 'crop', 'train', 'evaluate', 'notebooks'])
    assert.match(again.text(), new RegExp(`^${step}: already done`, 'm'));
  // Scores that another evaluation has overwritten are taken anew.
  writeFileSync(join(clone, RUN, 'predictions.csv'), '');
  const mended = startIn(t, clone);
  assert.equal(await mended.ended, 0, mended.text());
  assert.match(mended.text(), /npx voxlab evaluate runs\/start\n.*notebooks: already done/s);
  assert.deepEqual(resultOf(clone), undisturbed);
});
