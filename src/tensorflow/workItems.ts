import type { GraphOutput } from './capi.js';
import type { GraphTrace } from './graphTrace.js';
import type { WorkItem } from './workItem.js';

/** Seconds at which an item began and ended, as outputs of the graph. */
export interface ItemStamps {
  readonly item: WorkItem;
  readonly began: GraphOutput;
  readonly ended: GraphOutput;
}

/** Makes items run one after the other: the first nodes of each wait for all of the item before it. */
export function runInOrder(trace: GraphTrace, items: readonly WorkItem[]): void {
  for (let index = 1; index < items.length; index++) {
    const [before, item] = [items[index - 1]!, items[index]!];
    const ended = trace.marker('NoOp', before.exits, before.device).oper;
    for (const entry of item.entries) trace.waitFor(entry, ended);
  }
}

/**
 * Measures items, which are in the order in which they run: an item begins when all that it needs is there. `host` reads the
 * clock: TensorFlow has no such operation for GPUs, and what waits there for a GPU waits until that has computed.
 */
export function stampItems(trace: GraphTrace, items: readonly WorkItem[], host: string): ItemStamps[] {
  let before: ItemStamps | undefined;
  return items.map((item) => {
    const needs = before === undefined ? item.sources : [...item.sources, before.ended.oper];
    const began = trace.marker('Timestamp', needs, host);
    for (const entry of item.entries) trace.waitFor(entry, began.oper);
    const ended = trace.marker('Timestamp', item.exits, host);
    before = { item, began, ended };
    return before;
  });
}
