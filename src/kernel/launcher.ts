import { openSync, writeSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { openWire } from './openWire.js';

/** Entry of a kernel's process: `node launcher.js --connection-file FILE`, or `voxlab kernel start` with the same. */
const FLAG = '--connection-file';
const flag = process.argv.findIndex((word) => word === FLAG || word.startsWith(`${FLAG}=`));
const word = process.argv[flag] ?? '';
const connectionFile = word === FLAG ? process.argv[flag + 1] : word.slice(FLAG.length + 1) || undefined;
// The kernel takes over file descriptors 1 and 2 for the cells' output; what it says of itself goes where they went.
const logDescriptor = openLog();

try {
  if (connectionFile === undefined) throw new Error('expected --connection-file FILE, as Jupyter gives it');
  const wire = openWire({ connectionFile, logDescriptor });
  await wire.online;
  const { runKernel } = await import('./kernel.js');
  runKernel(wire);
} catch (error) {
  writeSync(logDescriptor, `voxlab kernel: ${messageOf(error)}\n`);
  process.exit(1);
}

/** Linux opens the target of a descriptor anew, except for a socket: then there is nowhere to log to. */
function openLog(): number {
  try {
    return openSync('/proc/self/fd/2', 'a');
  } catch {
    return openSync('/dev/null', 'a');
  }
}
