import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGpuJsonLines, toJsonLines } from '../../src/gpu/gpuJsonLines.js';
import { readGpuLog } from '../../src/gpu/readGpuLog.js';
import { inRepository } from '../../src/paths.js';

test('toJsonLines() and parseGpuJsonLines() are inverse, also for several samples of one second', () => {
  const log = readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));
  const text = toJsonLines(log);
  assert.equal(text.trimEnd().split('\n').length, 400);
  assert.deepEqual(parseGpuJsonLines(text, 'x').samples, log.samples);
});

test('parseGpuJsonLines() names line and key of what does not fit', () => {
  const refuses = (text: string, reason: RegExp) =>
    assert.throws(() => parseGpuJsonLines(text, 'x.jsonl'), reason);
  refuses('{"time":"2024-01-01T00:00:00","index":0}\noops', /x\.jsonl:2: expected a JSON record/);
  for (const line of ['null', '7', '[]', '"text"'])
    refuses(line, /x\.jsonl:1: expected a JSON record, received /);
  refuses('{"time":"noon","index":0}', /x\.jsonl:1: time: expected ISO 8601, received "noon"/);
  refuses('{"time":"2024-01-01T00:00:00","index":0.5}', /index: expected a whole number/);
  refuses(
    '{"time":"2024-01-01T00:00:00","index":0,"powerW":"high"}',
    /powerW: expected a number or null, received "high"/,
  );
  refuses('\n', /found none/);
});
