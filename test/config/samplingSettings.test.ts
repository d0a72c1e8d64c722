import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIni } from '../../src/config/ini.js';
import { BALANCED, SAMPLING_KEYS } from '../../src/config/samplingSettings.js';

test('SAMPLING_KEYS: what is missing is BALANCED', () => {
  const values = parseIni('[training]\n', 'model.ini', { training: SAMPLING_KEYS }, 'training');
  assert.deepEqual(values, {
    SAMPLING: BALANCED.kind,
    POSITIVE_SHARE: BALANCED.positiveShare,
    HARD_NEGATIVES: BALANCED.hardNegatives,
    HARD_POOL: BALANCED.hardPool,
    HARD_CANDIDATES: BALANCED.hardCandidates,
  });
});
