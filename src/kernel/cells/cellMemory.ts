import type { CellRun } from './cellContext.js';
import type { Locate, StackPlaces } from './stackPlaces.js';
import { scriptName } from './traceback.js';

/** A cell that has run: what it takes to lead an error into its text. */
export interface KnownCell {
  readonly run: CellRun;
  readonly code: string;
  /** Places of its script in its text. */
  readonly locate: Locate;
}

/**
 * The cells that an error may come out of. A notebook has hundreds; a program that drives a kernel may run millions, so that
 * of cells whose every name was declared anew only the newest are kept. Code of a forgotten one that still runs (in a timer, or
 * as a member of another cell's object) has the places of its script in tracebacks.
 */
export interface CellMemory {
  add(cell: KnownCell): void;
  /** From now on these names are those of this cell. */
  declared(label: string, names: readonly string[]): void;
  /** By the label of its run. */
  get(label: string): KnownCell | undefined;
}

/** Each takes 4 to 10 kB: the source maps of its two steps, mostly. */
export const NEWEST_CELLS = 1000;

export function createCellMemory(places: StackPlaces, newest = NEWEST_CELLS): CellMemory {
  const cells = new Map<string, KnownCell>();
  /** Labels in the order of their runs. */
  const recent = new Set<string>();
  const ownerOf = new Map<string, string>();
  const owned = new Map<string, number>();

  const forget = (label: string): void => {
    if (recent.has(label) || owned.has(label)) return;
    cells.delete(label);
    places.remove(scriptName(label));
  };
  const release = (label: string): void => {
    const left = owned.get(label)! - 1;
    if (left > 0) owned.set(label, left);
    else owned.delete(label);
    forget(label);
  };

  return {
    add(cell) {
      const { label } = cell.run;
      cells.set(label, cell);
      places.add(scriptName(label), cell.locate);
      recent.delete(label);
      recent.add(label);
      for (const oldest of recent) {
        if (recent.size <= newest) break;
        recent.delete(oldest);
        forget(oldest);
      }
    },
    declared(label, names) {
      for (const name of names) {
        const before = ownerOf.get(name);
        if (before === label) continue;
        ownerOf.set(name, label);
        owned.set(label, (owned.get(label) ?? 0) + 1);
        if (before !== undefined) release(before);
      }
    },
    get: (label) => cells.get(label),
  };
}
