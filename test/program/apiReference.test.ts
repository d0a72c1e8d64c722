import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { PUBLIC } from './declared.js';

test('the reference is built without a warning, its links lead somewhere, each name has its page', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-reference-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const build = spawnSync(process.execPath, [inRepository('scripts', 'buildReference.mjs'), folder], {
    encoding: 'utf8',
  });
  assert.equal(build.status, 0, `${build.stdout}${build.stderr}`);
  assert.match(build.stdout, /^\d+ pages, \d+ links: open /m);
  t.diagnostic(build.stdout.trim());

  for (const { door, name, isValue } of PUBLIC) {
    const page = KINDS.map((kind) => join(folder, kind, `${door.replace('/', '_')}.${name}.html`)).find(
      existsSync,
    );
    assert.ok(page !== undefined, `${name} has a page`);
    if (isValue) assert.match(readFileSync(page, 'utf8'), /<h4[^>]*>Example/, `${name} shows its example`);
  }
});

/** The reference's folders of pages. */
const KINDS = ['functions', 'variables', 'classes', 'interfaces', 'types'];
