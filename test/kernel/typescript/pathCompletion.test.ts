import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathCompletion } from '../../../src/kernel/typescript/pathCompletion.js';
import { inRepository, REPOSITORY_ROOT } from '../../../src/paths.js';

const complete = (code: string, at = code.length): readonly string[] | undefined => {
  const found = pathCompletion(code, at, [inRepository('notebooks'), REPOSITORY_ROOT]);
  return found?.matches.map((match) => code.slice(0, found.start) + match + code.slice(found.end));
};

test("pathCompletion() lists what an import's path may lead to from the notebook's folder, and from the root", () => {
  assert.deepEqual(complete("import {} from '../src/vol"), ["import {} from '../src/volumes/"]);
  assert.deepEqual(complete("import x from '../pack"), [
    "import x from '../package-lock.json",
    "import x from '../package.json",
  ]);
  assert.deepEqual(complete("await import('./src/volumes/voxels/geom"), [
    "await import('./src/volumes/voxels/geometry.ts",
  ]);
  assert.deepEqual(complete("import {} from '../src/volumes/voxels/geom'", 41), [
    "import {} from '../src/volumes/voxels/geometry.ts'",
  ]);
  assert.deepEqual(complete("import x from '.."), ["import x from '../"]);
  assert.deepEqual(complete("import x from './no/such/folder/"), []);
});

test('pathCompletion() leaves all else to TypeScript', () => {
  for (const code of ["import x from 'node:f", "const a = './src", 'import { a', ''])
    assert.equal(complete(code), undefined);
});
