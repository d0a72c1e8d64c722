import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { callH5, loadH5, reasonOf } from '../../../src/store/hdf5/h5.js';

test("callH5() throws the system's own error, wherever the library meets it, and leaves fs as it was", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-quota-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { File } = await loadH5();
  const { writeSync } = fs;
  const write = (name: string): void =>
    callH5(() => {
      const file = new File(join(folder, name), 'w');
      file.create_dataset({ name: 'input', data: new Int16Array(4096), shape: [4096] });
      file.flush();
      file.close();
    });
  for (const bytes of [0, 100, 3000, 8000]) {
    let left = bytes;
    fs.writeSync = ((fd: number, data: Uint8Array, at: number, length: number, position: number) => {
      left -= length;
      if (left >= 0) return writeSync(fd, data, at, length, position);
      throw Object.assign(new Error('EDQUOT: disk quota exceeded, write'), { code: 'EDQUOT', errno: -122 });
    }) as typeof writeSync;
    const limited = fs.writeSync;
    try {
      assert.throws(
        () => write(`after ${bytes}`),
        (error) => reasonOf(error) === 'EDQUOT: disk quota exceeded, write',
      );
      assert.equal(fs.writeSync, limited);
    } finally {
      fs.writeSync = writeSync;
    }
  }
  write('whole');
});

test('callH5() keeps what the library prints from stderr, and leaves it as it was', (t) => {
  const { write } = process.stderr;
  const written = t.mock.method(fs, 'writeSync', () => 0);
  const said = callH5(() => {
    process.stderr.write('by the console');
    return fs.writeSync(2, Buffer.from('past it'), 0, 7);
  });
  assert.deepEqual([said, written.mock.callCount()], [7, 0]);
  assert.equal(process.stderr.write, write);
});
