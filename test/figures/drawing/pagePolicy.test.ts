import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlPage, pagePolicy, researchPage } from '../../../src/figures/drawing/pagePolicy.js';

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

test('htmlPage() says what it may do, and its title is text', () => {
  const page = htmlPage({ title: 'a <b>', style: 'b{}', body: '<p>x</p>' });
  assert.ok(page.includes(`${pagePolicy()}<title>a &lt;b&gt;</title>`));
  assert.match(page, /<style>b\{\}<\/style><\/head>\n<body><p>x<\/p><\/body>/);
  assert.ok(htmlPage({ title: 't', body: '', scripts: true }).includes(pagePolicy({ scripts: true })));
});

test('researchPage() warns before all else, and its lines are text', () => {
  const page = researchPage({ title: 't', caution: ' Twice.', lines: ['<i>'], body: '<p>x</p>' });
  assert.match(
    page,
    /<h1>t<\/h1>\n<p class="warning">Research use\. .*page\. Twice\.<\/p>\n<ul><li>&lt;i&gt;<\/li><\/ul>\n<p>x/,
  );
});
