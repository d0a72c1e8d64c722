import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readSafetensors, writeSafetensors } from '../../src/training/safetensors.js';
import { runPython } from '../python.js';

const arrays = new Map([
  ['b/kernel', { shape: [2, 3], data: Float32Array.from([1, -2, 3.5, 0, 1e-30, 6]) }],
  ['a', { shape: [], data: Float32Array.of(7) }],
]);

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-safetensors-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'x.safetensors');
}

test('writeSafetensors(): numpy reads the arrays at the places that the header gives', (t) => {
  const file = scratch(t);
  writeSafetensors(file, arrays);
  const read = runPython<Record<string, { shape: number[]; values: number[] }>>(
    `import json, sys, struct, numpy as np
raw = open(json.load(sys.stdin), 'rb').read(); n, = struct.unpack('<Q', raw[:8]); head = json.loads(raw[8:8 + n])
assert n % 8 == 0
print(json.dumps({k: dict(shape=e['shape'], values=np.frombuffer(raw[8 + n:][slice(*e['data_offsets'])], '<f4').tolist()) for k, e in head.items() if e['dtype'] == 'F32'}))`,
    file,
  );
  assert.deepEqual(read, {
    a: { shape: [], values: [7] },
    'b/kernel': { shape: [2, 3], values: [...arrays.get('b/kernel')!.data] },
  });
});

test('readSafetensors() gives back what was written, bit for bit', (t) => {
  const file = scratch(t);
  writeSafetensors(file, arrays);
  const read = readSafetensors(file);
  for (const [name, array] of arrays) assert.deepEqual(read.get(name), array);
});

test('readSafetensors() refuses a file that is missing, cut short or of another format', (t) => {
  const file = scratch(t);
  assert.throws(() => readSafetensors(file), /expected a safetensors file \(ENOENT/);
  writeSafetensors(file, arrays);
  truncateSync(file, readFileSync(file).length - 4);
  assert.throws(() => readSafetensors(file), /the file is cut short: b\/kernel ends/);
  writeFileSync(file, 'hello world, hello world');
  assert.throws(() => readSafetensors(file), /cut short or no safetensors file/);
  const junk = Buffer.alloc(20);
  junk.writeBigUInt64LE(4n);
  writeFileSync(file, junk);
  assert.throws(() => readSafetensors(file), /expected a JSON header/);
});
