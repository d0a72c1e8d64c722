import { type CellRun, currentCell } from '../kernel/cells/cellContext.js';

interface Opened {
  readonly run: CellRun;
  readonly close: (() => void)[];
}

/** JupyterLab's id of a cell -> what its last run has opened. */
const openedBy = new Map<string, Opened>();

/**
 * Remembers how to close what the running cell opens, and closes what an earlier run of the same cell had opened: its
 * output is replaced, and a viewer would keep its scan in memory for ever.
 */
export function closeWithNextRun(close: () => void, run: CellRun | undefined = currentCell()): void {
  const cell = run?.request.metadata.cellId;
  if (run === undefined || typeof cell !== 'string') return; // a front end that names no cells
  const opened = openedBy.get(cell);
  if (opened?.run === run) {
    opened.close.push(close);
    return;
  }
  openedBy.set(cell, { run, close: [close] });
  for (const closeEarlier of opened?.close ?? []) closeEarlier();
}
