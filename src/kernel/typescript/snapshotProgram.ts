import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TYPESCRIPT, textOfTypeScript } from './compiler.js';
import { keepForKernel } from './kernelSnapshot.js';
import { snapshotRequire } from './snapshotModules.js';
import { createCellCompiler } from './tslab.js';

/**
 * What V8 makes a kernel's snapshot of: `node --snapshot-blob FILE --build-snapshot snapshotProgram.cjs`, in the folder of the cells.
 * A process that starts from it has a compiler that has read the declarations of the language and of Node, and runs the program
 * that it was started with. Nothing here may load `node:v8`, `node:crypto` or what opens streams: on Node 22 and 24 a thread of
 * such a process that loads the same ends it.
 */
const here = fileURLToPath(import.meta.url);
const typescript = createRequire(here).resolve(TYPESCRIPT);
const compiler = createCellCompiler(snapshotRequire(here, { [typescript]: textOfTypeScript(typescript) }));
compiler.check('1 + 1', '');
keepForKernel(compiler);
