import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { saveCheckpoint } from '../../../src/training/run/checkpoint.js';
import { hasCheckpoint, loadLinked, readHardNegatives } from '../../../src/training/run/loadCheckpoint.js';
import { checkpointAt } from '../checkpointFixture.js';

async function runOfEpochs(t: TestContext, epochs: number, best = epochs): Promise<string> {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-load-'));
  t.after(() => rmSync(run, { recursive: true }));
  for (let epoch = 1; epoch <= epochs; epoch++)
    await saveCheckpoint(run, checkpointAt({ epoch, best: Math.min(epoch, best) }));
  return run;
}

/** What a disk, a power cut or a hand can do to the checkpoint that `last` names. */
const DAMAGES: readonly (readonly [name: string, damage: (last: string) => void, says: RegExp])[] = [
  ['empty weights', (last) => truncateSync(join(last, 'weights.safetensors'), 0), /expected the \d+ bytes/],
  [
    'weights cut short',
    (last) => truncateSync(join(last, 'weights.safetensors'), 20),
    /expected the \d+ bytes that were written, found 20/,
  ],
  [
    'blocks of zeros',
    (last) => {
      const file = join(last, 'optimizer.safetensors');
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0, bytes.length - 4));
    },
    /optimizer\.safetensors: its bytes are not those that were written/,
  ],
  ['empty meta', (last) => writeFileSync(join(last, 'meta.json'), ''), /meta\.json: .*an empty file/],
  ['meta of zeros', (last) => writeFileSync(join(last, 'meta.json'), Buffer.alloc(300)), /meta\.json: /],
  [
    'the place of an earlier one',
    (last) => {
      const file = join(last, 'meta.json');
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), epoch: 1, step: 10 }));
    },
    /expected the epoch and step of its folder, received epoch 1 and step 10 \(epoch-0001\)/,
  ],
  [
    'no files',
    (last) => rmSync(join(last, 'weights.safetensors')),
    /expected a safetensors file, found nothing/,
  ],
  ['no folder', (last) => rmSync(last, { recursive: true }), /meta\.json, found nothing/],
];

for (const [name, damage, says] of DAMAGES)
  test(`loadLinked() with a last checkpoint that is damaged (${name}) takes the one before, and says so`, async (t) => {
    const run = await runOfEpochs(t, 3);
    damage(join(run, 'checkpoints', 'epoch-0003'));
    const { folder, meta, weights, damaged } = await loadLinked(run, 'last');
    assert.deepEqual([basename(folder), meta.step, weights.get('w')?.data[0]], ['epoch-0002', 20, 20]);
    assert.equal(damaged.length, 1);
    assert.match(damaged[0]!, /^checkpoint epoch-0003 is damaged \(/);
    assert.match(damaged[0]!, says);
    // Which one is the best cannot be made up.
    await assert.rejects(loadLinked(run, 'best'), InputError);
  });

test('loadLinked() without a link takes the newest checkpoint; where none is whole it names them all', async (t) => {
  const run = await runOfEpochs(t, 2, 1);
  await saveCheckpoint(run, checkpointAt({ epoch: 2, step: 27, best: 1 }));
  rmSync(join(run, 'last'));
  const { meta, damaged } = await loadLinked(run, 'last');
  assert.deepEqual([meta.step, damaged], [27, ["'last' names no checkpoint"]]);
  for (const name of ['epoch-0001', 'epoch-0002', 'epoch-0002-step-000027'])
    writeFileSync(join(run, 'checkpoints', name, 'meta.json'), 'null');
  await assert.rejects(
    loadLinked(run, 'last'),
    /that is whole, found none: .*000027 is damaged .*epoch-0002 is damaged .*epoch-0001 is damaged/,
  );
});

test('loadLinked() and hasCheckpoint() tell a run without a checkpoint from no run', async (t) => {
  const run = await runOfEpochs(t, 0);
  assert.equal(hasCheckpoint(run), false);
  await assert.rejects(loadLinked(run, 'last'), /expected the folder of a run, found none in it/);
  writeFileSync(join(run, 'config.json'), '{}');
  await assert.rejects(loadLinked(run, 'last'), /no epoch was finished; go on with: voxlab train --resume/);
  assert.throws(() => hasCheckpoint(join(run, 'none')), /expected the folder of a run, found nothing/);
});

test('loadLinked() reads what an earlier version wrote, which kept no sums of its files', async (t) => {
  const run = await runOfEpochs(t, 1);
  const file = join(run, 'last', 'meta.json');
  const { files, data, ...early } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(early));
  assert.equal((await loadLinked(run, 'best')).meta.files, undefined);
});

test('readHardNegatives() gives what saveCheckpoint() kept, nothing where there was nothing, and names a broken file', async (t) => {
  const run = await runOfEpochs(t, 1);
  assert.equal(readHardNegatives(join(run, 'last')), undefined);
  const hardest = { epoch: 2, rows: [7, 3], probabilities: [0.9, 0.1] };
  const folder = await saveCheckpoint(run, checkpointAt({ epoch: 2, hardest }));
  assert.deepEqual(readHardNegatives(folder), hardest);
  for (const [text, says] of [
    ['{', /expected the hard negatives of an epoch/],
    ['{"epoch": 1, "rows": [1], "probabilities": []}', /rows: expected 0 rows/],
    ['{"epoch": 1, "rows": [-1], "probabilities": [0.5]}', /rows\[0\]: expected a whole number/],
    ['{"epoch": 1, "rows": [1], "probabilities": [null]}', /probabilities\[0\]: expected a number/],
  ] as const) {
    writeFileSync(join(folder, 'hard-negatives.json'), text);
    assert.throws(() => readHardNegatives(folder), says);
  }
});
