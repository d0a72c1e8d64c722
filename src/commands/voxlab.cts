#!/usr/bin/env node
import os = require('node:os');

/*
 * What a shell starts. The threads for calls to file systems, four by default, are made at the first such call, which is Node's
 * own: it reads the modules of the program. A call that hangs keeps its thread, so that there are more of them than the threads
 * of a command can have hanging. Processes that this one starts have as many.
 */
process.env.UV_THREADPOOL_SIZE ??= String(Math.min(1024, 32 + 4 * os.availableParallelism()));

void import('./cli.js');
