import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { kernelInfo } from '../../../src/kernel/wire/kernelInfo.js';
import { inRepository } from '../../../src/paths.js';

test("kernelInfo names the program's version and the version of the compiler that checks cells", () => {
  const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
  assert.equal(kernelInfo.implementation_version, version);
  const compiler = createRequire(import.meta.url)('@tslab/typescript-for-tslab/package.json') as {
    version: string;
  };
  assert.equal((kernelInfo.language_info as { version: string }).version, compiler.version);
  assert.equal(kernelInfo.protocol_version, '5.4');
});
