import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toJsonLines } from '../../src/gpu/gpuJsonLines.js';
import { readGpuLog } from '../../src/gpu/readGpuLog.js';
import { inRepository } from '../../src/paths.js';

test('readGpuLog() tells gpustat text and JSON lines apart', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-gpu-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const text = readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));
  const file = join(folder, 'log.jsonl');
  writeFileSync(file, `\uFEFF${toJsonLines(text)}`);
  assert.deepEqual(readGpuLog(file).samples, text.samples);
  assert.throws(() => readGpuLog(join(folder, 'none')), /none: expected a log of GPU use \(ENOENT/);
});
