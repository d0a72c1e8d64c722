import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { koffi } from '../src/koffi.js';
import { inRepository } from '../src/paths.js';

test('koffi() calls C, on threads whose stack holds what TensorFlow needs', () => {
  const strlen = koffi().load(null).func('size_t strlen(const char* text)');
  assert.equal(strlen('four'), 4);
  assert.equal(koffi().config().async_stack_size, 8 * 2 ** 20);
});

test('koffi() says what to do where somebody has loaded a C library before, and goes on where its threads have stack enough', () => {
  const run = (first: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import other from 'koffi'; ${first} other.load(null); const { tf } = await import('voxlab'); console.log(tf.scalar(2).square().dataSync()[0]);`,
      ],
      { cwd: inRepository(), encoding: 'utf8' },
    );
  const refused = run('');
  assert.notEqual(refused.status, 0);
  assert.match(
    refused.stderr,
    /koffi has loaded a C library before voxlab's first use.*call koffi\.config\(/,
  );
  const wide = run('other.config({ ...other.config(), async_stack_size: 16 * 2 ** 20 });');
  assert.equal(wide.stdout, '4\n', wide.stderr);
});

for (const door of ['voxlab', 'voxlab/hdf5', 'voxlab/kernel', 'voxlab/tensorflow'])
  test(`import '${door}' loads neither C libraries nor packages that only some of its functions need`, () => {
    // What CommonJS has loaded, and the compiled libraries in memory.
    const program = `
      import { readFileSync } from 'node:fs';
      import { createRequire } from 'node:module';
      await import('${door}');
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      const compiled = readFileSync('/proc/self/maps', 'utf8').match(/\\S+\\.(node|so)\\b/g) ?? [];
      console.log(JSON.stringify([...loaded, ...compiled.filter((path) => path.includes('node_modules'))]));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: inRepository(),
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr);
    const packages = (JSON.parse(run.stdout) as string[]).map((path) =>
      path.replace(/^.*node_modules\//, ''),
    );
    assert.deepEqual(
      packages.filter((path) => !path.startsWith('ini/')),
      [],
    );
  });
