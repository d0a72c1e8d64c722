import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InterruptedError } from '../../src/errors.js';
import type { CropOptions } from '../../src/patches/cropOptions.js';
import { mergeShards } from '../../src/patches/mergeShards.js';
import { findContiguous } from '../../src/store/hdf5/hdf5Layout.js';
import { cropFixture, cropOne, INSIDE_MM } from './cropFixture.js';

const ROW_BYTES = 2 * 8 * 8 * 6;

function stagedFile({ outFolder }: CropOptions): string {
  return join(outFolder, '8x8x6-patch.hdf5.staging', 'rows.hdf5');
}

for (const [name, topMm, isSame] of [
  ['the staged file becomes the patch file where every candidate has a row', INSIDE_MM, true],
  ['rows are copied where a candidate lies outside', 18, false],
] as const)
  test(`crop(): ${name}; with the bytes of merged shards`, async (t) => {
    const options = {
      ...cropFixture(t, topMm),
      lungMask: true,
      normalise: { kind: 'percentile', lowPercent: 1, highPercent: 99 },
    } as const;
    let staged = 0;
    const { file, outside } = await cropOne({
      ...options,
      onProgress: ({ stage, done }) => {
        if (stage === 'write' && done === 0) staged = statSync(stagedFile(options)).ino;
      },
    });
    assert.equal(outside.length === 0, isSame);
    assert.equal(statSync(file).ino === staged, isSame);
    const files = [];
    for (const index of [0, 1]) files.push((await cropOne({ ...options, shard: { index, count: 2 } })).file);
    const merged = await mergeShards({ files, outFolder: join(options.folder, 'merged') });
    assert.ok(readFileSync(merged.file).equals(readFileSync(file)));
  });

test('crop() cuts a scan again whose staged rows or masks have changed, as a power cut may leave them', async (t) => {
  const options = { ...cropFixture(t), lungMask: true };
  const whole = await cropOne({ ...options, outFolder: join(options.folder, 'whole') });
  // Of the first scan, which was finished and has five rows, and of the second, which was not.
  const places = [
    ['input', 0, 0],
    ['mask', 4 * (ROW_BYTES / 2), 0],
    ['input', 6 * ROW_BYTES, 1],
  ] as const;
  for (const [dataset, offset, known] of places) {
    await stopAfterOne(options);
    flipByte(stagedFile(options), findContiguous(stagedFile(options), dataset)!.offset + offset);
    const done: number[] = [];
    const resumed = await cropOne({
      ...options,
      onProgress: (progress) => progress.stage === 'crop' && done.push(progress.done),
    });
    assert.equal(done[0], known, `${dataset} ${offset}`);
    assert.ok(readFileSync(resumed.file).equals(readFileSync(whole.file)));
  }
});

test('crop() begins anew where the rows have other places: a scan more, or other candidates', async (t) => {
  const options = cropFixture(t);
  await stopAfterOne({ ...options, subsets: [0] });
  const done: number[] = [];
  await cropOne({
    ...options,
    onProgress: (progress) => progress.stage === 'crop' && done.push(progress.done),
  });
  assert.equal(done[0], 0);
});

async function stopAfterOne(options: CropOptions): Promise<void> {
  rmSync(join(options.outFolder, '8x8x6-patch.hdf5'), { force: true });
  const controller = new AbortController();
  const cropping = cropOne({
    ...options,
    workers: 1,
    signal: controller.signal,
    onProgress: ({ stage, done }) => stage === 'crop' && done === 1 && controller.abort(),
  });
  await assert.rejects(cropping, InterruptedError);
}

function flipByte(path: string, position: number): void {
  const file = openSync(path, 'r+');
  const byte = new Uint8Array(1);
  readSync(file, byte, 0, 1, position);
  byte[0]! ^= 1;
  writeSync(file, byte, 0, 1, position);
  closeSync(file);
}
