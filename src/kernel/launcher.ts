import { endLaunch, launch } from './launch.js';

/** Entry of a kernel's process: `node launcher.js --connection-file FILE`, or `voxlab kernel start` with the same. */
const { wire, logDescriptor } = launch();
try {
  await wire.online;
  const { runKernel } = await import('./kernel.js');
  runKernel(wire);
} catch (error) {
  endLaunch(logDescriptor, error);
}
