import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { inRepository } from '../../src/paths.js';

/**
 * The file of a network of one's own, importing the single files that tests run in place of the package's joined ones: TensorFlow.js
 * is one in a process. Removed after the tests.
 */
export function ownModule(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-own-'));
  after(() => rmSync(folder, { recursive: true }));
  const text = readFileSync(inRepository('test', 'fixtures', 'model', 'ownNetwork.mjs'), 'utf8');
  const file = join(folder, 'ownNetwork.mjs');
  const { href } = new URL('../../src/index.js', import.meta.url);
  writeFileSync(file, text.replace("from 'voxlab'", `from '${href}'`));
  return file;
}
