import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';

interface Declared {
  readonly name: string;
  readonly text: string;
  readonly deprecated?: string;
}
interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly refused: readonly string[];
  readonly unseen: readonly string[];
}
interface PublicApi {
  snapshotOf(declared: { exported: readonly Declared[]; reached: readonly Declared[] }): string;
  compareApi(before: string, after: string, version: string): Difference;
  sayDifference(difference: Difference): readonly string[];
}
const { snapshotOf, compareApi, sayDifference } = (await import(
  pathToFileURL(inRepository('scripts', 'publicApi.mjs')).href
)) as PublicApi;

const read: Declared = { name: 'read', text: 'function read(path: string): Row;' };
const write: Declared = { name: 'write', text: 'function write(row: Row): void;' };
const row: Declared = { name: 'Row', text: 'interface Row {\n  readonly class: 0 | 1;\n}' };
const snapshot = (exported: readonly Declared[], reached: readonly Declared[] = [row]): string =>
  snapshotOf({ exported, reached });
const before = snapshot([read, write]);

test('the public names are declared as docs/reference/public-api.txt has them', () => {
  const check = spawnSync(process.execPath, [inRepository('scripts', 'publicApi.mjs')], { encoding: 'utf8' });
  assert.equal(check.status, 0, check.stderr);
});

test('compareApi() finds no difference between equal snapshots', () => {
  const same = compareApi(before, before, '0.2.0');
  assert.deepEqual(sayDifference(same), []);
});

test('compareApi() tells what is added, and the command that renews the snapshot', () => {
  const close: Declared = { name: 'close', text: 'function close(): void;' };
  const difference = compareApi(before, snapshot([close, read, write]), '0.2.0');
  assert.deepEqual(difference.added, ['close']);
  const [first, last] = sayDifference(difference);
  assert.equal(first, 'added: close -> a minor version');
  assert.match(last!, /npm run build && npm run api/);
});

test('compareApi() tells changed signatures, also of types that names lead to', () => {
  const wider = { ...read, text: 'function read(path: string, strict?: boolean): Row;' };
  assert.deepEqual(compareApi(before, snapshot([wider, write]), '0.2.0').changed, ['read']);
  const other = { ...row, text: 'interface Row {\n  readonly class: number;\n}' };
  const difference = compareApi(before, snapshot([read, write], [other]), '0.2.0');
  assert.deepEqual(difference.changed, ['Row (a type)']);
  assert.match(sayDifference(difference)[0]!, /a major version \(0\.x: minor\)/);
});

test('compareApi() refuses that a name goes which was not deprecated for a version', () => {
  const { removed, refused } = compareApi(before, snapshot([read]), '0.2.0');
  assert.deepEqual(removed, ['write']);
  assert.match(refused[0]!, /^write is gone and was not deprecated: keep it for a version with '@deprecated/);
});

test('compareApi() lets a deprecated name go with the next minor version, not before', () => {
  const old = snapshot([read, { ...write, deprecated: 'since 0.2.0: take save()' }]);
  assert.deepEqual(compareApi(before, old, '0.2.0').changed, []);
  assert.deepEqual(compareApi(before, old, '0.2.0').added, ['write (deprecation)']);
  assert.match(compareApi(old, snapshot([read]), '0.2.1').refused[0]!, /deprecated since 0\.2\.0/);
  for (const version of ['0.3.0', '1.0.0'])
    assert.deepEqual(compareApi(old, snapshot([read]), version).refused, [], version);
});

test('compareApi() wants a deprecation to say since when, and what to use', () => {
  const vague = snapshot([read, { ...write, deprecated: 'do not use' }]);
  assert.match(compareApi(before, vague, '0.2.0').refused[0]!, /@deprecated since 0\.2\.0: what to use/);
});
