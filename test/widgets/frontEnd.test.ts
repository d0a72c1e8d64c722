import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frontEnd } from '../../src/widgets/frontEnd.js';

test('frontEnd() is one module that exports render, imports nothing, and asks no network', () => {
  for (const name of ['controls', 'sliceViewer'] as const) {
    const { module, style } = frontEnd(name);
    assert.match(module, /export\s*{\s*\w+ as default\s*}/);
    assert.doesNotMatch(module, /\bimport\b|https?:|innerHTML/);
    assert.match(style, /\.voxlab-/);
    assert.ok(module.length < 40_000, `${module.length} characters travel with every widget`);
  }
});
