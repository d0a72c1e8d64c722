/**
 * The TypeScript kernel of Jupyter by itself: its set-up, runs of notebooks, and what a cell shows and asks.
 * @module voxlab/kernel
 */
export * from '../errors.js';
export { onCommOpen, openComm } from '../kernel/comms.js';
export type { Comm, CommListener, CommOpened, CommOpenOptions } from '../kernel/commTypes.js';
export { clearOutput, display, type LiveDisplay, liveDisplay } from '../kernel/display.js';
export { startKernel } from '../kernel/kernel.js';
export { ask, interruptSignal, page } from '../kernel/notebookInput.js';
export {
  type FoundKernelSpec,
  installKernelSpec,
  listKernelSpecs,
  uninstallKernelSpec,
} from '../kernel/notebooks/kernelSpec.js';
export type { Parameters } from '../kernel/notebooks/notebookParameters.js';
export {
  findNotebook,
  type NotebookError,
  type NotebookRun,
  type NotebookRunOptions,
  runNotebook,
} from '../kernel/notebooks/notebookRun.js';
export type { KernelOptions } from '../kernel/openWire.js';
export type { Displayable, MimeBundle } from '../kernel/outputs/mimeBundle.js';
