import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { forgetLastStat } from '../src/forgetLastStat.js';

test('behind forgetLastStat() a link is followed that Node would not follow behind a pipe', (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'voxlab-stat-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (...parts: string[]): string => join(folder, ...parts);
  for (const name of ['a', 'b']) {
    mkdirSync(at('packages', name), { recursive: true });
    writeFileSync(at('packages', name, 'index.js'), '');
  }
  symlinkSync(at('packages'), at('node_modules'));
  writeFileSync(at('program.js'), '');
  assert.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  const require = createRequire(at('program.js'));
  require('./program.js'); // Node knows the folder by now
  lstatSync(at('pipe'));
  const isOldNode = Number(process.versions.node.split('.')[0]) < 24;
  if (isOldNode) assert.equal(require.resolve('a'), at('node_modules', 'a', 'index.js'), 'what it is for');
  lstatSync(at('pipe'));
  forgetLastStat();
  assert.equal(require.resolve('b'), at('packages', 'b', 'index.js'));
});
