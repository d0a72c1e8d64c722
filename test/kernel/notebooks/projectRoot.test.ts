import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProjectRoot } from '../../../src/kernel/notebooks/projectRoot.js';
import { inRepository, REPOSITORY_ROOT } from '../../../src/paths.js';

test('findProjectRoot() climbs to the folder with package.json, and stays where there is none', () => {
  assert.equal(findProjectRoot(inRepository('src', 'kernel')), REPOSITORY_ROOT);
  assert.equal(findProjectRoot(REPOSITORY_ROOT), REPOSITORY_ROOT);
  assert.equal(findProjectRoot('/proc'), '/proc');
});
