import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EnvironmentError } from '../../../src/errors.js';
import { AppendFile } from '../../../src/gpu/live/appendFile.js';

test('AppendFile goes on behind what is there, in a new file after rotation, and after a truncation', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-append-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'new', 'log');
  const file = new AppendFile(path);
  file.append('a\nb\n');
  renameSync(path, `${path}.1`);
  file.append('c\n');
  assert.deepEqual([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')], ['a\nb\n', 'c\n']);
  rmSync(path);
  file.append('d\n');
  truncateSync(path);
  file.append('e\n');
  assert.equal(readFileSync(path, 'utf8'), 'e\n');
  file.close();
  writeFileSync(path, 'whole\ntorn');
  const next = new AppendFile(path);
  next.append('line\n');
  next.close();
  assert.equal(readFileSync(path, 'utf8'), 'whole\ntorn\nline\n');
});

test('AppendFile on a disk that is full is an EnvironmentError', { skip: !existsSync('/dev/full') }, () => {
  const file = new AppendFile('/dev/full');
  assert.throws(() => file.append('a\n'), EnvironmentError);
  file.close();
  assert.throws(() => new AppendFile('/proc/none/log'), EnvironmentError);
});
