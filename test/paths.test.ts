import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EnvironmentError } from '../src/errors.js';
import {
  cannotRead,
  inRepository,
  makeFolder,
  projectOf,
  replaceLink,
  typed,
  writeFileAtomically,
} from '../src/paths.js';

test('inRepository() leads to the folder that holds package.json', () => {
  assert.equal(JSON.parse(readFileSync(inRepository('package.json'), 'utf8')).name, 'voxlab');
});

test('projectOf() leads from a package to the folder that installed it, from a clone to itself', () => {
  assert.equal(projectOf('/a/voxlab', undefined), '/a/voxlab');
  assert.equal(projectOf('/a/study/node_modules/voxlab', ''), '/a/study');
  assert.equal(projectOf('/s/node_modules/.pnpm/voxlab@1.0.0/node_modules/voxlab', undefined), '/s');
  assert.equal(projectOf('/a/study/node_modules/voxlab', '/data'), '/data');
});

test('typed() names the scripts of a clone', () => {
  assert.deepEqual(
    [typed('start'), typed('lab'), typed('setup')],
    ['npm start', 'npm run lab', 'npm run setup'],
  );
});

test('writeFileAtomically() makes the folder, replaces the file and leaves nothing beside it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-paths-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'new', 'a.json');
  writeFileAtomically(path, 'one');
  writeFileAtomically(path, 'two');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.deepEqual(readdirSync(join(folder, 'new')), ['a.json']);
});

test('makeFolder() makes all that lack, and comes back from where nothing can be made', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-paths-'));
  t.after(() => rmSync(folder, { recursive: true }));
  makeFolder(join(folder, 'a', 'b'));
  makeFolder(join(folder, 'a', 'b'));
  assert.deepEqual(readdirSync(join(folder, 'a')), ['b']);
  writeFileSync(join(folder, 'file'), '');
  for (const [taken, named] of [
    [join(folder, 'file', 'x'), /the folder \S+file cannot be made \(EEXIST/],
    ['/proc/voxlab/x', /the folder \/proc\/voxlab cannot be made \(ENOENT/],
  ] as const)
    assert.throws(
      () => makeFolder(taken),
      (error) => error instanceof EnvironmentError && named.test(error.message),
    );
});

test('cannotRead() says of what is not there what was expected, and of what is closed why, without a path', () => {
  const because = (path: string): string => {
    try {
      readFileSync(path);
    } catch (error) {
      return cannotRead(path, 'a table', error).message;
    }
    return '';
  };
  assert.equal(
    because('/none/x.csv'),
    '/none/x.csv: expected a table, found nothing: see that its path is right',
  );
  assert.equal(
    because('/proc'),
    '/proc: expected a table that can be read (EISDIR: illegal operation on a directory)',
  );
});

test('writeFileAtomically() leaves nothing beside a target that cannot be replaced', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-paths-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'taken');
  mkdirSync(join(path, 'not-empty'), { recursive: true });
  assert.throws(() => writeFileAtomically(path, 'x'), /taken cannot be written \(E[A-Z]+: .*make room/);
  assert.equal(existsSync(`${path}.partial`), false);
});

test('replaceLink() replaces a link, a file and a folder, and leaves nothing beside', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-links-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), name);
  const link = join(folder, 'link');
  for (const before of [
    () => undefined,
    () => replaceLink(link, 'a'),
    () => writeFileSync(link, 'a file'),
    () => mkdirSync(join(link, 'below'), { recursive: true }),
  ]) {
    rmSync(link, { recursive: true, force: true });
    before();
    replaceLink(link, 'b');
    assert.equal(readFileSync(link, 'utf8'), 'b');
    assert.deepEqual(readdirSync(folder).sort(), ['a', 'b', 'link']);
  }
});
