import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as api from '../src/index.js';
import { inRepository } from '../src/paths.js';

// What each name is declared as, and every change of it: docs/reference/public-api.txt (test/program/publicApi.test.ts).
test('the public door has at run time the functions, constants and classes that are declared', () => {
  const [exported = ''] = readFileSync(inRepository('docs/reference/public-api.txt'), 'utf8').split(
    '# Types without',
  );
  const declared = [
    ...exported.matchAll(/^## (\w+)\n(?:@deprecated .*\n)?(?:function|const|(?:abstract )?class) /gm),
  ];
  assert.deepEqual(
    Object.keys(api).sort(),
    declared.map(([, name]) => name),
  );
});
