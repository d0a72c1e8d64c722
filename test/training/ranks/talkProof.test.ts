import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isProof, proofOf, SECRET_VARIABLE, sharedSecret } from '../../../src/training/ranks/talkProof.js';

test('sharedSecret() is the one of the environment; else rank 0 makes a file that its user alone reads, anew each time', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-secret-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const run = join(folder, 'deep', 'run');
  for (const rank of [0, 1])
    assert.equal(sharedSecret(run, rank, { [SECRET_VARIABLE]: 'given' }).read(), 'given');
  assert.ok(!existsSync(join(folder, 'deep')));
  const other = sharedSecret(run, 1, {});
  assert.equal(other.read(), undefined);
  const first = sharedSecret(run, 0, {});
  assert.match(first.read()!, /^[0-9a-f]{64}$/);
  assert.equal(other.read(), first.read());
  assert.equal(statSync(`${run}.secret`).mode & 0o777, 0o600);
  // A second cluster on the run of a living one gets no secret, and takes none away.
  assert.throws(() => sharedSecret(run, 0, {}), /run\.secret is being written by process/);
  assert.equal(other.read(), first.read());
  const before = first.read();
  first.remove();
  assert.ok(!existsSync(`${run}.secret`));
  const next = sharedSecret(run, 0, {});
  assert.notEqual(next.read(), before);
  next.remove();
  writeFileSync(`${run}.secret`, 'key of another program');
  assert.throws(
    () => sharedSecret(run, 0, {}),
    /run\.secret: expected a secret of voxlab, found another file/,
  );
  rmSync(`${run}.secret`);
  assert.deepEqual(readdirSync(join(folder, 'deep')), []);
});

test('proofOf() is of secret, side, rank and both numbers; isProof() takes that one alone', () => {
  const of = { rank: 1, challenge: 'c', answer: 'a' };
  const proof = proofOf('hello', 's', of);
  assert.ok(isProof(proof, proofOf('hello', 's', of)));
  for (const other of [
    proofOf('welcome', 's', of),
    proofOf('hello', 't', of),
    proofOf('hello', 's', { ...of, rank: 2 }),
    proofOf('hello', 's', { ...of, challenge: 'd' }),
    proofOf('hello', 's', { ...of, answer: 'b' }),
    '',
    proof.slice(1),
  ])
    assert.ok(!isProof(other, proof));
});
