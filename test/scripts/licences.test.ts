import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';

const SCRIPT = inRepository('scripts', 'licences.mjs');
interface Package {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly role: string;
}
const { npmPackages, pinnedIn, licenceIn, isAllowed, rowsOf } = (await import(
  pathToFileURL(SCRIPT).href
)) as {
  npmPackages(lock: object): readonly Package[];
  pinnedIn(text: string): readonly (readonly [string, string])[];
  licenceIn(metadata: string): string | undefined;
  isAllowed(expression: string): boolean;
  rowsOf(
    lock: object,
    requirements: readonly (readonly [string, string])[],
    known: ReadonlyMap<string, string>,
  ): string[];
};

const LOCK = {
  packages: {
    '': { name: 'own', version: '1.0.0', license: 'MIT' },
    'node_modules/a': { version: '1.2.3', license: 'MIT' },
    'node_modules/@s/b': { version: '2.0.0', license: '(ISC OR MIT)', dev: true },
    'docs/reference/node_modules/a': { version: '1.2.3', license: 'MIT', dev: true },
    'node_modules/own-part': { link: true, resolved: 'docs/reference' },
    'node_modules/c': { version: '0.1.0', dev: true },
  },
};

test('npmPackages() are those of the lock, each version once, with what they are for', () => {
  assert.deepEqual(npmPackages(LOCK), [
    { name: '@s/b', version: '2.0.0', licence: '(ISC OR MIT)', role: 'builds and tests' },
    { name: 'a', version: '1.2.3', licence: 'MIT', role: 'runs' },
    { name: 'c', version: '0.1.0', licence: 'none', role: 'builds and tests' },
  ]);
});

test('pinnedIn() reads names in one spelling, with extras, and leaves comments', () => {
  assert.deepEqual(pinnedIn('# x==1\nA_b.c[cuda]==1.0 # why\nd==2.0.1; python_version>"3"\n'), [
    ['a-b-c', '1.0'],
    ['d', '2.0.1'],
  ]);
});

test('licenceIn() takes the expression, else the words, else the classifier; no text of a whole licence', () => {
  const of = (...lines: string[]): string | undefined =>
    licenceIn(['Name: x', ...lines, '', 'License: of the text'].join('\n'));
  assert.equal(of('License-Expression: MIT AND Zlib', 'License: BSD'), 'MIT AND Zlib');
  assert.equal(of('License: Apache License, Version 2.0'), 'Apache-2.0');
  assert.equal(of('License: UNKNOWN', 'Classifier: License :: OSI Approved :: ISC License (ISCL)'), 'ISC');
  assert.equal(of(`License: ${'MIT '.repeat(40)}`), undefined);
  assert.equal(of(), undefined);
});

test('isAllowed() needs all parts, of a choice one, and refuses what nobody has agreed to', () => {
  for (const licence of [
    'MIT',
    '(MIT AND BSD-3-Clause)',
    'GPL-3.0 OR MIT',
    'Apache-2.0 WITH LLVM-exception',
    'MIT OR ISC AND Zlib',
  ])
    assert.equal(isAllowed(licence), true, licence);
  for (const licence of [
    'GPL-3.0',
    'MIT AND GPL-3.0',
    'none',
    '',
    'SEE LICENSE IN x',
    'AGPL-3.0 OR SSPL-1.0',
    '(GPL-3.0 OR MIT) AND SSPL-1.0',
  ])
    assert.equal(isAllowed(licence), false, licence);
});

test('rowsOf() has a line a package, also one of whose licence nothing is known', () => {
  const rows = rowsOf(
    LOCK,
    [
      ['lab.txt', 'e==1\n'],
      ['test.txt', 'e==1\nf==2\n'],
    ],
    new Map([['e', 'ISC']]),
  );
  assert.equal(rows.length, 5);
  assert.deepEqual(rows.slice(3), ['| e | 1 | ISC | lab.txt |', '| f | 2 | not known | test.txt |']);
});

test('the page is that of the locks', () => {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '']);
});
