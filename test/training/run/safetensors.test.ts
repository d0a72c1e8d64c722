import assert from 'node:assert/strict';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { readSafetensors, writeSafetensors } from '../../../src/training/run/safetensors.js';
import { runPython } from '../../python.js';

const arrays = new Map([
  ['b/kernel', { shape: [2, 3], data: Float32Array.from([1, -2, 3.5, 0, 1e-30, 6]) }],
  ['a', { shape: [], data: Float32Array.of(7) }],
]);

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-safetensors-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'x.safetensors');
}

test('writeSafetensors(): numpy reads the arrays at the places that the header gives', async (t) => {
  const file = scratch(t);
  await writeSafetensors(file, arrays);
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

test('readSafetensors() gives back what was written, bit for bit', async (t) => {
  const file = scratch(t);
  await writeSafetensors(file, arrays);
  const read = await readSafetensors(file);
  for (const [name, array] of arrays) assert.deepEqual(read.get(name), array);
});

test('readSafetensors() refuses a file that is missing, cut short or of another format', async (t) => {
  const file = scratch(t);
  await assert.rejects(readSafetensors(file), /expected a safetensors file, found nothing/);
  await writeSafetensors(file, arrays);
  truncateSync(file, readFileSync(file).length - 4);
  await assert.rejects(readSafetensors(file), /the file is cut short: its arrays end at byte/);
  writeFileSync(file, 'hello world, hello world');
  await assert.rejects(readSafetensors(file), /cut short or no safetensors file/);
  const junk = Buffer.alloc(20);
  junk.writeBigUInt64LE(4n);
  writeFileSync(file, junk);
  await assert.rejects(readSafetensors(file), /expected a JSON header/);
});

/** A file with this header and so many bytes of arrays, all zero; a hole takes no disk. */
function fileOf(path: string, header: unknown, arrayBytes: number): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([length, text]));
  closeSync(file);
  truncateSync(path, 8 + text.length + arrayBytes);
}

const F32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets });

test('readSafetensors() refuses a header that does not fit the file, naming the array and what is wrong with it', async (t) => {
  const path = scratch(t);
  for (const [header, bytes, reason] of [
    ['null', 8, /expected an object, received null/],
    [{ a: null }, 8, /a: expected an object, received null/],
    [{ a: { dtype: 'F32', shape: [1] } }, 8, /a\.data_offsets: expected a list, received nothing/],
    [{ a: F32([1], [0, 3]) }, 8, /a\.data_offsets: expected the begin and end of 1 float32 numbers/],
    [{ a: F32([1], [0, 4, 8]) }, 8, /a\.data_offsets: expected the begin and end/],
    [{ a: F32([-1], [0, 4]) }, 4, /a\.shape\[0\]: expected a whole number/],
    [{ a: F32([1], [0.5, 4.5]) }, 8, /a\.data_offsets\[0\]: expected a whole number/],
    [{ a: F32([1], [4, 8]) }, 8, /a: expected its bytes to begin at/],
    [{ a: F32([2], [0, 8]), b: F32([1], [4, 8]) }, 8, /b: expected its bytes to begin at/],
    [{ a: F32([1], [0, 4]) }, 8, /expected the file to end at byte/],
    [{ a: { ...F32([1], [0, 4]), dtype: 'F16' } }, 4, /a: expected F32, received F16/],
  ] as const) {
    fileOf(path, header, bytes);
    await assert.rejects(
      readSafetensors(path),
      (error) => error instanceof InputError && reason.test(error.message),
      `${JSON.stringify(header)}: ${reason}`,
    );
  }
});

test('readSafetensors() with what was written refuses other bytes: shorter, or one bit', async (t) => {
  const path = scratch(t);
  const written = await writeSafetensors(path, arrays);
  assert.equal(written.bytes, readFileSync(path).length);
  await readSafetensors(path, written);
  const bytes = readFileSync(path);
  bytes[bytes.length - 6]! ^= 1;
  writeFileSync(path, bytes);
  await readSafetensors(path);
  await assert.rejects(readSafetensors(path, written), /its bytes are not those that were written/);
  writeFileSync(path, '');
  await assert.rejects(readSafetensors(path, written), /expected the \d+ bytes that were written, found 0/);
});

test('readSafetensors() and writeSafetensors() take files above 2 GiB, and arrays above it', async (t) => {
  const path = scratch(t);
  const count = 2 ** 29 + 3;
  fileOf(
    path,
    { large: F32([count], [0, 4 * count]), one: F32([1], [4 * count, 4 * count + 4]) },
    4 * count + 4,
  );
  const read = await readSafetensors(path);
  assert.deepEqual([read.get('large')!.data.length, read.get('one')!.data.length], [count, 1]);
  read.get('large')!.data[count - 1] = 7;
  const written = await writeSafetensors(path, read);
  assert.ok(written.bytes > 2 ** 31);
  assert.equal((await readSafetensors(path, written)).get('large')!.data[count - 1], 7);
});
