import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagePolicy } from '../../../src/figures/drawing/pagePolicy.js';

test('pagePolicy() lets a page load and send nothing, and run scripts only where it has some', () => {
  const policyOf = (element: string) =>
    new Map(
      /content="([^"]*)"/
        .exec(element)![1]!
        .split(';')
        .map((each) => each.trim().split(/ (.*)/s) as [string, string]),
    );
  const plain = policyOf(pagePolicy());
  assert.equal(plain.get('default-src'), "'none'");
  assert.equal(plain.has('script-src'), false, 'as default-src: none');
  assert.equal(plain.get('form-action'), "'none'");
  assert.match(pagePolicy({ scripts: true }), /script-src 'unsafe-inline' 'unsafe-eval';/);
  for (const element of [pagePolicy(), pagePolicy({ scripts: true })])
    assert.doesNotMatch(element, /https?:|\*|'self'|connect-src/);
});
