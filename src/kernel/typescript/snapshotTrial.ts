import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { keptCompiler } from './kernelSnapshot.js';

/**
 * What a snapshot that has just been made is tried with, before a kernel starts from it: `node --snapshot-blob FILE snapshotTrial.js`, in
 * the folder of the cells. Ends with 0 where its compiler works, and a thread can load all that Node has (what a snapshot must not
 * hold differs from one version of Node to the next, and a thread that finds it there ends the process).
 */
const LOADS_ALL = `
const { builtinModules } = require('node:module');
for (const name of builtinModules) try { require(name); } catch {}
`;

const { diagnostics } = keptCompiler(process.cwd())!.check('const n: number = 1; n', '');
const [exitCode] = await once(new Worker(LOADS_ALL, { eval: true, execArgv: ['--no-warnings'] }), 'exit');
process.exit(diagnostics.length === 0 ? exitCode : 1);
