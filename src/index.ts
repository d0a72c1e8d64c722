export * from './errors.js';
export {
  type Comm,
  type CommListener,
  type CommOpened,
  type CommOpenOptions,
  onCommOpen,
  openComm,
} from './kernel/comms.js';
export { clearOutput, display, type LiveDisplay, liveDisplay } from './kernel/display.js';
export type { Displayable, MimeBundle } from './kernel/mimeBundle.js';
export { ask, interruptSignal, page } from './kernel/notebookInput.js';
