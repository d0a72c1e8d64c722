import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cureOf } from '../../../src/kernel/cells/missingModule.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-missing-'));
const folder = join(root, 'notebooks');
for (const path of ['notebooks/sub', 'node_modules/there']) mkdirSync(join(root, path), { recursive: true });
for (const path of [
  'notebooks/my.ts',
  'notebooks/rows.json',
  'notebooks/scan.csv',
  'notebooks/sub/b.js',
  'lib.ts',
])
  writeFileSync(join(root, path), '');
after(() => rmSync(root, { recursive: true }));
const cure = (name: string): string => cureOf(name, folder, root).replaceAll(root, 'ROOT');

test('cureOf() says how a file that is there is written', () => {
  assert.equal(cure('my.ts'), "a file is named by its path: from './my.ts'");
  assert.equal(cure('sub/b'), "a file is named by its path: from './sub/b'");
  assert.equal(cure('lib'), "a file is named by its path: from '../lib'");
  assert.equal(cure('./My.js'), "there is no ROOT/notebooks/My.js, but my.ts: from './my.ts'");
  assert.equal(cure('./lib'), "there is no ROOT/notebooks/lib, but one in ROOT: from '../lib'");
  assert.equal(cure('rows.json'), "a file is named by its path: from './rows.json'");
});

test('cureOf() says why a path leads nowhere', () => {
  assert.match(
    cure('./scan.csv'),
    /^ROOT\/notebooks\/scan\.csv is there, and no module: .* readFileSync\(\)/,
  );
  assert.match(
    cure('./sub'),
    /^ROOT\/notebooks\/sub is a folder without an index file; .* holds b\.js: name one/,
  );
  assert.equal(
    cure('./other.ts'),
    'there is no ROOT/notebooks/other.ts; ROOT/notebooks holds my.ts, rows.json; paths count from ROOT/notebooks',
  );
  assert.equal(cure('./no/x'), 'there is no folder ROOT/notebooks/no; paths count from ROOT/notebooks');
  assert.match(cure('~/x.ts'), /^write the whole path/);
});

test('cureOf() tells a package that is missing from one that lacks what is named', () => {
  assert.match(cure('@a/b/c'), /^no package @a\/b in ROOT\/node_modules: npm install @a\/b there/);
  assert.match(cure('there/deep'), /^there is installed, and has no 'there\/deep'/);
  assert.match(cure('voxlab/nothing'), /^of voxlab there are voxlab, voxlab\/hdf5/);
});
