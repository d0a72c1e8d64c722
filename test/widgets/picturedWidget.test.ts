import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture } from '../../src/figures/drawing/picture.js';
import { createPicturedWidget } from '../../src/widgets/picturedWidget.js';

test('createPicturedWidget() draws its picture when it is first shown, once, and puts around it what is wished', () => {
  let drawn = 0;
  const widget = createPicturedWidget({
    ...{ frontEnd: 'controls', state: { value: 1 }, accept: () => ({}), text: 'a <scan>' },
    draw: () => picture('a scan', () => `<svg>${++drawn}</svg>`),
    around: (image) => `<b>${image}</b>`,
  });
  assert.equal(drawn, 0);
  const [first, second] = [widget.mimeBundle(), widget.mimeBundle()];
  assert.deepEqual([drawn, second], [1, first]);
  assert.equal(first['text/plain'], 'a <scan>');
  assert.equal(
    first['text/html'],
    `<b><img alt="a &lt;scan&gt;" src="data:image/svg+xml,${encodeURIComponent('<svg>1</svg>')}"></b>`,
  );
  assert.equal(widget.state.still, `data:image/svg+xml,${encodeURIComponent('<svg>1</svg>')}`);
});
