import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../../src/tensorflow/status.js';

test('failureOf(): one line, with the reason that stands behind a colon; the end of memory by code and by words', () => {
  const plain = failureOf('MatMul', 3, 'In[0] mismatch In[1] shape\n\t [[{{node MatMul}}]]');
  assert.equal(plain.message, 'MatMul: In[0] mismatch In[1] shape');
  assert.equal(plain.outOfMemory, false);
  assert.equal(failureOf('step', 8, 'OOM when allocating tensor with shape[1]').outOfMemory, true);
  const tried = 'Profiling failure on CUDNN engine 1#k2=2: RESOURCE_EXHAUSTED: Out of memory';
  const convolution = failureOf('step', 5, `No algorithm worked!  Error messages:\n  ${tried}\n  ${tried}`);
  assert.equal(convolution.message, `step: No algorithm worked!  Error messages: ${tried}`);
  assert.equal(convolution.outOfMemory, true);
  for (const said of ['CUDA_ERROR_OUT_OF_MEMORY: out of memory', 'CUBLAS_STATUS_ALLOC_FAILED'])
    assert.equal(failureOf('step', 13, said).outOfMemory, true, said);
});
