import { runInCell } from './cellContext.js';
import type { Cells } from './cells.js';

/** Errors that no cell awaits are shown in the cell that caused them; the kernel lives on. */
export function reportUncaught(
  cells: Pick<Cells, 'errorOf' | 'cellOf'>,
  target: NodeJS.Process = process,
): void {
  const report = (kind: string) => (thrown: unknown) => {
    if (thrown instanceof Error && thrown.name === 'KeyboardInterrupt') {
      // It ended a timer, or code that nobody waits for: the cell itself is still to be interrupted.
      const run = cells.cellOf(thrown);
      if (run !== undefined) run.hasThrownInterrupt = false;
      return;
    }
    const { traceback } = cells.errorOf(thrown);
    runInCell(cells.cellOf(thrown), () => target.stderr.write(`${kind} ${traceback.join('\n')}\n`));
  };
  target.on('uncaughtException', report('Uncaught'));
  target.on('unhandledRejection', report('Unhandled rejection'));
}
