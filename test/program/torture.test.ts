import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';

const MINUTES = process.env.VOXLAB_TORTURE_MINUTES ?? '3';
/** The same cases each time, as many as three minutes of two cores hold: new ones are for `npm run torture`, by a seed of their own. */
const KNOWN = process.env.VOXLAB_TORTURE_MINUTES === undefined ? ['--seed', '1', '--turns', '25'] : [];

test(`npm run torture finds nothing in ${MINUTES} minutes`, { timeout: 600_000 }, (t) => {
  const out = mkdtempSync(join(tmpdir(), 'voxlab-torture-out-'));
  t.after(() => rmSync(out, { recursive: true }));
  const words = [inRepository('dist/test/torture/torture.js'), '--minutes', MINUTES, ...KNOWN, '--out', out];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  t.diagnostic(stderr.split('\n')[0]!);
  for (const line of stdout.trimEnd().split('\n')) t.diagnostic(line.slice(0, 300));
  assert.equal(status, 0, `${stderr}\n${stdout}`);
  for (const campaign of ['readers', 'commands'])
    assert.match(stdout, new RegExp(`^${campaign}: [1-9]\\d* cases`, 'm'));
});
