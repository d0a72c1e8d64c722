import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import { TYPESCRIPT, textOfTypeScript } from './typescript/compiler.js';
import { isOfThisBuild, keepForKernel } from './typescript/kernelSnapshot.js';
import { snapshotRequire } from './typescript/snapshotModules.js';
import { createCellCompiler } from './typescript/tslab.js';

/**
 * What V8 makes a kernel's snapshot of: `node --snapshot-blob FILE --build-snapshot snapshotProgram.cjs`, in the folder of the cells.
 * A process that starts from it has a compiler that has read the declarations of the language and of Node, and runs the program
 * that it was started with.
 */
const here = fileURLToPath(import.meta.url);
const typescript = createRequire(here).resolve(TYPESCRIPT);
const compiler = createCellCompiler(snapshotRequire(here, { [typescript]: textOfTypeScript(typescript) }));
compiler.check('1 + 1', '');
keepForKernel(compiler);

// Node gives the console of a process that starts from a snapshot all but this.
const { Console } = console;

v8.startupSnapshot.setDeserializeMainFunction(() => {
  Object.defineProperty(console, 'Console', { value: Console, writable: true, configurable: true });
  process.removeAllListeners('warning'); // that Node's own way to load modules from here is an experiment
  const load = vm.runInThisContext('(name) => import(name)', {
    filename: process.argv[1]!,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (name: string) => Promise<unknown>;
  const program = pathToFileURL(process.argv[1]!).href;
  // The modules of Node's that it needs cannot be part of a snapshot.
  const launched = isOfThisBuild()
    ? import('./launch.js').then(({ launchEarly }) => launchEarly())
    : Promise.resolve();
  void launched.then(() => load(program)); // a rejection ends the process with its message
});
