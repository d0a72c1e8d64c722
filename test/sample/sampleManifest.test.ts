import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sumOfFile } from '../../src/fileSum.js';
import {
  damagedFiles,
  inspectFolder,
  MANIFEST,
  readManifest,
  removeListedFiles,
  UNFINISHED,
  writeManifest,
} from '../../src/sample/sampleManifest.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-manifest-'));
after(() => rmSync(root, { recursive: true, force: true }));
const SETTINGS = { seed: 16, scans: 2, coarsening: 1 };

function folder(name: string, files: Record<string, string> = {}): string {
  mkdirSync(join(root, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, name, file), text);
  return join(root, name);
}

test('inspectFolder() tells an empty folder, our set whole or in part, another set, and foreign content apart', () => {
  assert.deepEqual(inspectFolder(join(root, 'missing'), SETTINGS), { kind: 'empty' });
  assert.deepEqual(inspectFolder(folder('hidden', { '.DS_Store': '' }), SETTINGS), { kind: 'empty' });
  const foreign = inspectFolder(folder('foreign', { 'candidates.csv': 'x' }), SETTINGS);
  assert.deepEqual(foreign, { kind: 'other', what: 'other content (candidates.csv)', files: [] });
  const ours = folder('ours');
  const content = {
    settings: SETTINGS,
    nodules: 3,
    candidates: 27,
    files: { 'a.csv': { bytes: 1, sha256: 'x' } },
  };
  writeManifest(ours, UNFINISHED, { ...content, candidates: 9 });
  const part = inspectFolder(ours, SETTINGS);
  assert.ok(part.kind === 'ours' && part.manifest.candidates === 9);
  writeManifest(ours, MANIFEST, content);
  const state = inspectFolder(ours, SETTINGS);
  assert.ok(state.kind === 'ours' && state.manifest.candidates === 27);
  assert.deepEqual(inspectFolder(ours, { ...SETTINGS, seed: 17 }), {
    kind: 'other',
    what: 'another sample set (seed 16, scans 2)',
    files: ['a.csv'],
  });
});

test('inspectFolder() of a file in place of the folder says so', () => {
  const file = join(folder('holds-file', { plain: '' }), 'plain');
  assert.throws(
    () => inspectFolder(file, SETTINGS),
    /expected a folder for the sample data, received a file/,
  );
});

test('readManifest() takes no file outside of the folder, which --force would remove', () => {
  const manifest = {
    about: '',
    generator: 2,
    settings: { seed: 1, scans: 1, coarsening: 4 },
    nodules: 0,
    candidates: 0,
  };
  for (const [at, name] of ['../other', '/etc/passwd', 'a/../../b'].entries()) {
    const files = { [name]: { bytes: 1, sha256: '' } };
    const place = folder(`outside-${at}`, { [MANIFEST]: JSON.stringify({ ...manifest, files }) });
    assert.throws(() => readManifest(join(place, MANIFEST)), /expected a file below the folder of the set/);
  }
});

test('readManifest() names a broken manifest and what to do', () => {
  const broken = folder('broken', { [MANIFEST]: '{"settings"', [UNFINISHED]: '[]' });
  for (const name of [MANIFEST, UNFINISHED])
    assert.throws(() => readManifest(join(broken, name)), {
      name: 'InputError',
      message: /delete it, or use --force/,
    });
});

test('damagedFiles() lists missing, shortened and changed files', () => {
  const at = folder('damage', { whole: 'abc', short: 'abc', changed: 'abc' });
  const sum = sumOfFile(join(at, 'whole'));
  writeFileSync(join(at, 'short'), 'ab');
  writeFileSync(join(at, 'changed'), 'abd');
  const files = { whole: sum, short: sum, changed: sum, missing: sum };
  assert.deepEqual(damagedFiles(at, files), ['short', 'changed', 'missing']);
});

test('removeListedFiles() removes what is listed and the manifests, and leaves the rest', () => {
  const at = folder('remove', { mine: '1', theirs: '2', [MANIFEST]: '{}' });
  removeListedFiles(at, ['mine', 'never-written']);
  assert.deepEqual(inspectFolder(at, SETTINGS), { kind: 'other', what: 'other content (theirs)', files: [] });
});
