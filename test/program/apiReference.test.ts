import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as api from '../../src/index.js';
import { inRepository } from '../../src/paths.js';

test('the reference is built without a warning, its links lead somewhere, each name has its page', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-reference-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const build = spawnSync(process.execPath, [inRepository('scripts', 'buildReference.mjs'), folder], {
    encoding: 'utf8',
  });
  assert.equal(build.status, 0, `${build.stdout}${build.stderr}`);
  assert.match(build.stdout, /^\d+ pages, \d+ links: open /m);
  t.diagnostic(build.stdout.trim());

  const kinds = readdirSync(folder).filter((name) => existsSync(join(folder, name, '..', 'index.html')));
  for (const name of Object.keys(api)) {
    const page = kinds.map((kind) => join(folder, kind, `${name}.html`)).find((path) => existsSync(path));
    assert.ok(page !== undefined, `${name} has a page`);
    assert.match(readFileSync(page, 'utf8'), /<h4[^>]*>Example/, `${name} shows its example`);
  }
});
