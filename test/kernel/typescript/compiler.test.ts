import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../../src/paths.js';

test('the compiler is one, by whichever name Node knows packages behind a link', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-linked-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(inRepository('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'program.js'), '');
  const pipe = join(folder, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  // Behind a look at a pipe Node 20 and 22 do not follow the link in the next paths that they resolve, and remember that.
  for (const looks of ['none', 'pipe', 'pipe, then another']) {
    const program = `
      import { lstatSync } from 'node:fs';
      import { createRequire } from 'node:module';
      import { createCellCompiler } from ${JSON.stringify(inRepository('dist/src/kernel/typescript/tslab.js'))};
      const linked = createRequire(${JSON.stringify(join(folder, 'program.js'))});
      linked('./program.js'); // the folder is known by now
      if (${looks !== 'none'}) lstatSync(${JSON.stringify(pipe)});
      for (const name of ['tslab/package.json', '@tslab/typescript-for-tslab']) linked.resolve(name);
      if (${looks === 'pipe, then another'}) lstatSync('/');
      console.log(createCellCompiler(linked).check('1 + 1', '').diagnostics.length);`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: inRepository(),
      encoding: 'utf8',
    });
    assert.deepEqual([run.stdout, run.status], ['0\n', 0], `${looks}: ${run.stderr}`);
  }
});
