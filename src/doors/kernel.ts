/**
 * The TypeScript kernel of Jupyter by itself: its set-up, runs of notebooks, and what a cell shows and asks.
 * @module voxlab/kernel
 */
export * from '../errors.js';
export {
  type Comm,
  type CommListener,
  type CommOpened,
  type CommOpenOptions,
  onCommOpen,
  openComm,
} from '../kernel/comms.js';
export { clearOutput, display, type LiveDisplay, liveDisplay } from '../kernel/display.js';
export { type KernelOptions, startKernel } from '../kernel/kernel.js';
export {
  type FoundKernelSpec,
  installKernelSpec,
  listKernelSpecs,
  uninstallKernelSpec,
} from '../kernel/kernelSpec.js';
export type { Displayable, MimeBundle } from '../kernel/mimeBundle.js';
export { ask, interruptSignal, page } from '../kernel/notebookInput.js';
export type { Parameters } from '../kernel/notebookParameters.js';
export {
  findNotebook,
  type NotebookError,
  type NotebookRun,
  type NotebookRunOptions,
  runNotebook,
} from '../kernel/notebookRun.js';
