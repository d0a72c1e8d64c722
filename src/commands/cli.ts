#!/usr/bin/env node
import { endWithParent } from '../parentProcess.js';
import { runProgram } from './program.js';

endWithParent();
await runProgram(process.argv.slice(2));
