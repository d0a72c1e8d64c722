import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../../src/errors.js';
import { hostAddresses } from '../../../src/training/ranks/hostAddresses.js';

test('hostAddresses() gives the addresses of all hosts once, and names one that has none', async () => {
  const of = (...addresses: string[]) => hostAddresses({ addresses, rank: 0 });
  assert.deepEqual(await of('10.9.9.1:2222', '10.9.9.2:2222', '10.9.9.1:2224'), ['10.9.9.1', '10.9.9.2']);
  assert.ok((await of('localhost:1')).some((address) => address === '127.0.0.1' || address === '::1'));
  await assert.rejects(
    of('no-such-host.invalid:1'),
    (error) =>
      error instanceof EngineError && /no-such-host\.invalid has no address here/.test(error.message),
  );
});
