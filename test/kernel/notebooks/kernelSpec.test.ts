import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { after, test } from 'node:test';
import {
  installKernelSpec,
  kernelsBelow,
  kernelsOfPython,
  kernelsOfUser,
  listKernelSpecs,
  SINGLE_FILES,
  uninstallKernelSpec,
} from '../../../src/kernel/notebooks/kernelSpec.js';
import { inRepository, jupyterFolder } from '../../../src/paths.js';

const prefix = mkdtempSync(join(tmpdir(), 'voxlab-prefix-'));
const kernels = kernelsBelow(prefix);
after(() => rmSync(prefix, { recursive: true }));

test('installKernelSpec() writes absolute paths that exist, message interrupts and a logo', () => {
  const folder = installKernelSpec(kernels);
  assert.equal(folder, join(prefix, 'share', 'jupyter', 'kernels', 'voxlab'));
  const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
  assert.equal(spec.display_name, 'TypeScript (voxlab)');
  assert.equal(spec.language, 'typescript');
  assert.equal(spec.interrupt_mode, 'message');
  const [node, condition, launcher, ...words] = spec.argv;
  assert.equal(condition, SINGLE_FILES);
  assert.deepEqual(words, ['--connection-file', '{connection_file}']);
  for (const path of [node, launcher]) assert.ok(isAbsolute(path) && existsSync(path), path);
  assert.equal(spec.env.MALLOC_ARENA_MAX, '2');
  assert.match(
    readFileSync(join(folder, 'logo-svg.svg'), 'utf8'),
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
  );
});

test('listKernelSpecs() names what a kernelspec points to and is gone', () => {
  const file = join(prefix, 'share', 'jupyter', 'kernels', 'voxlab', 'kernel.json');
  assert.deepEqual(
    listKernelSpecs(kernels).map(({ name, missing }) => ({ name, missing })),
    [{ name: 'voxlab', missing: [] }],
  );
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...spec, argv: ['/gone/node', ...spec.argv.slice(1)] }));
  assert.deepEqual(listKernelSpecs(kernels)[0]?.missing, ['/gone/node']);
});

test('uninstallKernelSpec() removes the kernelspec and says whether there was one', () => {
  assert.equal(uninstallKernelSpec(kernels), true);
  assert.deepEqual(listKernelSpecs(kernels), []);
  assert.equal(uninstallKernelSpec(kernels), false);
});

test('jupyterFolder() lies in the clone', () => {
  assert.equal(jupyterFolder('share'), inRepository('.jupyter', 'share'));
});

test('kernelsOfUser() and kernelsOfPython() are where Jupyter looks', () => {
  assert.equal(kernelsOfUser({ JUPYTER_DATA_DIR: '/data' }), '/data/kernels');
  assert.equal(kernelsOfUser({ XDG_DATA_HOME: '/xdg' }), '/xdg/jupyter/kernels');
  assert.match(kernelsOfUser({}), /\/\.local\/share\/jupyter\/kernels$/);
  assert.equal(kernelsOfPython({ VIRTUAL_ENV: '/env' }), '/env/share/jupyter/kernels');
  const { PATH } = process.env;
  assert.equal(
    kernelsOfPython({ PATH: `${inRepository('.venv', 'bin')}:${PATH}` }),
    kernelsBelow(inRepository('.venv')),
  );
  assert.throws(() => kernelsOfPython({ PATH: prefix }), /python3 was not found .*--prefix/);
});

test('listKernelSpecs() lists a kernel whose kernel.json is broken, and the others', () => {
  installKernelSpec(kernels);
  for (const [name, text] of Object.entries({ broken: '{"argv": [', strange: '{"argv": 5}', none: 'null' })) {
    mkdirSync(join(kernels, name), { recursive: true });
    writeFileSync(join(kernels, name, 'kernel.json'), text);
  }
  const found = listKernelSpecs(kernels);
  assert.deepEqual(
    found.filter(({ missing }) => missing.length > 0).map(({ name }) => name),
    ['broken', 'none', 'strange'],
  );
  assert.equal(found.find(({ name }) => name === 'voxlab')?.displayName, 'TypeScript (voxlab)');
});

test('installKernelSpec() and listKernelSpecs() below what is no folder', () => {
  const file = join(prefix, 'a-file');
  writeFileSync(file, '');
  assert.throws(
    () => installKernelSpec(kernelsBelow(file)),
    /^EnvironmentError: the folder .* cannot be made/,
  );
  assert.deepEqual(listKernelSpecs(file), []);
});
