import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookup3 } from '../../../src/store/hdf5/lookup3.js';
import { runPython } from '../../python.js';

test("lookup3() gives its author's values, and the checksum of h5py's superblock", (t) => {
  assert.equal(lookup3(Buffer.from('')), 0xdeadbeef);
  assert.equal(lookup3(Buffer.from('Four score and seven years ago')), 0x17770551);
  const path = join(tmpdir(), `voxlab-lookup3-${process.pid}.hdf5`);
  t.after(() => rmSync(path));
  runPython(
    `import json, sys, h5py; h5py.File(json.load(sys.stdin), 'w', libver='latest').close(); print('null')`,
    path,
  );
  const file = readFileSync(path);
  assert.equal(lookup3(file.subarray(0, 44)), file.readUInt32LE(44));
});

test('lookup3() hashes every length up to two blocks, and tells any flipped bit from what was there', () => {
  const bytes = Buffer.from(Array.from({ length: 25 }, (_, i) => (i * 37 + 200) & 255));
  const seen = new Set<number>();
  for (let length = 0; length <= bytes.length; length++) seen.add(lookup3(bytes.subarray(0, length)));
  assert.equal(seen.size, bytes.length + 1);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(lookup3(flipped), lookup3(bytes), `bit ${bit}`);
  }
});
