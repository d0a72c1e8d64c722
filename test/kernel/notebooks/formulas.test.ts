import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formulaMarkup } from '../../../src/kernel/notebooks/formulas.js';

test('formulaMarkup() writes MathML, on lines of its own where the formula is', () => {
  const inline = formulaMarkup({ tex: '\\frac{a}{b}', isBlock: false });
  assert.match(inline, /^<math><mfrac><mi>a<\/mi><mi>b<\/mi><\/mfrac><\/math>$/);
  const block = formulaMarkup({ tex: '\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}', isBlock: true });
  assert.match(block, /^<math display="block"/);
  assert.equal(block.match(/<mtr>/g)?.length, 2);
});

test('formulaMarkup() keeps what is no formula as it was written, and lets no markup through', () => {
  assert.equal(formulaMarkup({ tex: 'x_{ <b>', isBlock: false }), '<code>x_{ &lt;b&gt;</code>');
  for (const tex of ['<script>alert(1)</script>', '\\href{javascript:alert(1)}{x}', '\\text{<img src=x>}'])
    assert.doesNotMatch(formulaMarkup({ tex, isBlock: false }), /<script|href=|<img/);
});
