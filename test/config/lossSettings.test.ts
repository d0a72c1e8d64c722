import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, parseIni } from '../../src/config/ini.js';
import { CROSS_ENTROPY, LOSS_FIELDS, LOSS_KEYS, parseClassWeights } from '../../src/config/lossSettings.js';

test('LOSS_KEYS: what is missing is cross-entropy; focal loss and class weights are read, and what does not fit is named', () => {
  const read = (text: string) =>
    fieldsOf(LOSS_FIELDS, parseIni(`[training]\n${text}`, 'model.ini', { training: LOSS_KEYS }, 'training'))
      .loss;
  assert.deepEqual(read(''), CROSS_ENTROPY);
  assert.deepEqual(read('LOSS = focal\nFOCAL_GAMMA = 1.5\nFOCAL_ALPHA = 0.25\nCLASS_WEIGHTS = 1, 4\n'), {
    ...{ kind: 'focal', focalGamma: 1.5, focalAlpha: 0.25, classWeights: [1, 4] },
  });
  assert.equal(read('CLASS_WEIGHTS = auto\n').classWeights, 'auto');
  assert.throws(() => read('LOSS = hinge\n'), /LOSS: expected one of cross-entropy, focal.*"hinge"/);
  assert.throws(
    () => read('CLASS_WEIGHTS = 1\n'),
    /CLASS_WEIGHTS: expected none, auto, or two factors above 0/,
  );
});

test('parseClassWeights() takes two numbers above 0, none more and none less', () => {
  assert.deepEqual(parseClassWeights('0.5,2'), [0.5, 2]);
  for (const text of ['0,1', '1,-1', '1,', '1,2,3', 'a,b', '1;2', '', '1,1e9'])
    assert.equal(parseClassWeights(text), undefined, text);
});
