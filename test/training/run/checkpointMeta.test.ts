import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { readCheckpointMeta } from '../../../src/training/run/checkpointMeta.js';
import { CONFIG, checkpointAt } from '../checkpointFixture.js';

const DATA = { rows: 36, positives: 9, series: 3, patches: '16x16x16', labels: 'ab', voxels: 'cd' };

test('readCheckpointMeta() gives what was stored, and names file and field of what does not fit', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-meta-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { meta } = checkpointAt({ epoch: 2, best: 1 });
  const read = (change: object) => {
    writeFileSync(join(folder, 'meta.json'), JSON.stringify({ ...meta, ...change }));
    return readCheckpointMeta(folder);
  };
  const files = { 'weights.safetensors': { bytes: 10, crc32: 2 ** 32 - 1 } };
  assert.deepEqual(read({ files, data: DATA }), { ...meta, files, data: DATA });
  assert.deepEqual(read({ best: undefined }).best, undefined);
  const { epoch } = meta;
  for (const [change, says] of [
    [
      { best: undefined, config: { ...CONFIG, epochs: epoch } },
      /meta\.json: best: expected an object, received nothing/,
    ],
    [{ step: undefined }, /meta\.json: step: expected a whole number from 20 to 30, received nothing/],
    [{ step: 31 }, /step: expected a whole number from 20 to 30, received 31/],
    [{ step: 19 }, /step: /],
    [{ epoch: '2' }, /epoch: expected a whole number of at least 0, received "2"/],
    [{ stepsPerEpoch: 0 }, /stepsPerEpoch: expected a whole number of at least 1/],
    [{ program: 7 }, /program: expected a text/],
    [{ layout: [] }, /layout: expected an object/],
    [{ layout: { threads: null } }, /layout\.threads: expected a text/],
    [{ best: { epoch: 1, valLoss: null, accuracy: 1, rocAuc: 1 } }, /best\.valLoss: expected a number/],
    [
      { best: { epoch: 1, valLoss: 1, accuracy: 2, rocAuc: 1 } },
      /best\.accuracy: expected a number from 0 to 1/,
    ],
    [
      { config: { ...CONFIG, filters: undefined } },
      /config\.filters: expected a whole number from 1 to 1024/,
    ],
    [{ files: { x: { bytes: 1 } } }, /files\.x\.crc32: /],
    [{ data: { ...DATA, rows: -1 } }, /data\.rows: /],
  ] as const)
    assert.throws(
      () => read(change),
      (error) => error instanceof InputError && says.test(error.message),
      String(says),
    );
});
