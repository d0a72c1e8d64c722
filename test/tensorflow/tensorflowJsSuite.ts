import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';

const require = createRequire(import.meta.url);

/** One test of TensorFlow.js' own suite. */
export interface SuiteTest {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'excluded' | 'pending';
  /** First expectation that failed. */
  readonly message?: string;
}

interface JasmineSpec {
  readonly fullName: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}

/** Modules of @tensorflow/tfjs-core that make its tests, which its package ships, run on the backend 'tensorflow'. */
const ENTRY = `
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import './environment.mjs';
import '@tensorflow/tfjs-core/dist/tests';`;
const ENVIRONMENT = `
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
setTestEnvs([{ name: 'test-tensorflow', backendName: 'tensorflow', flags: {}, isDataSync: true }]);`;

/** Runs the suite in this process, where the engine is open; `wanted` says by its full name whether a test runs. */
export async function runTensorflowJsSuite(wanted: (name: string) => boolean): Promise<SuiteTest[]> {
  const core = require('jasmine-core');
  const jasmine = core.boot(core);
  Object.assign(globalThis, { jasmine });
  const environment = jasmine.getEnv();
  environment.configure({
    random: false,
    specFilter: (spec: { getFullName(): string }) => wanted(spec.getFullName()),
  });
  const tests: SuiteTest[] = [];
  const done = new Promise<void>((resolve) => {
    environment.addReporter({
      specDone: ({ fullName, status, failedExpectations }: JasmineSpec) =>
        tests.push({
          name: fullName,
          status: status as SuiteTest['status'],
          ...(failedExpectations[0] === undefined ? {} : { message: failedExpectations[0].message }),
        }),
      jasmineDone: () => resolve(),
    });
  });
  const folder = mkdtempSync(inRepository('dist', 'suite-'));
  try {
    writeFileSync(join(folder, 'entry.mjs'), ENTRY);
    writeFileSync(join(folder, 'environment.mjs'), ENVIRONMENT);
    const bundle = join(folder, 'bundle.cjs');
    execFileSync(inRepository('node_modules', '@esbuild', 'linux-x64', 'bin', 'esbuild'), [
      ...[join(folder, 'entry.mjs'), `--outfile=${bundle}`, '--bundle', '--platform=node', '--format=cjs'],
      // The modules' own order matters, not what their package calls free of side effects.
      ...['--main-fields=module,main', '--ignore-annotations', '--log-level=error'],
    ]);
    require(bundle);
    environment.execute();
    await done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tests;
}
