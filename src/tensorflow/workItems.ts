import type { Address, GraphOutput } from './capi.js';
import type { GraphTrace } from './graphTrace.js';

/** A part of a step that a device runs as a whole, such as the forward pass of one stage on one micro-batch. */
export class WorkItem {
  /** Of all results of its nodes. */
  bytes = 0;
  /** Nodes that take nothing from inside the item: it begins with them. */
  readonly entries: Address[] = [];
  readonly #nodes = new Set<Address>();
  readonly #sources = new Set<Address>();
  readonly #consumed = new Set<Address>();

  constructor(
    readonly name: string,
    readonly device: string | undefined,
  ) {}

  /** Registers a node and those whose outputs it takes. */
  add(node: Address, inputs: readonly Address[]): void {
    const inside = inputs.filter((input) => this.#nodes.has(input));
    for (const input of inside) this.#consumed.add(input);
    for (const input of inputs) if (!this.#nodes.has(input)) this.#sources.add(input);
    if (inside.length === 0) this.entries.push(node);
    this.#nodes.add(node);
  }

  /** Nodes whose results leave the item: it has ended when they have run. */
  get exits(): Address[] {
    return [...this.#nodes].filter((node) => !this.#consumed.has(node));
  }

  /** Nodes outside that it takes something from. */
  get sources(): Address[] {
    return [...this.#sources];
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }
}

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

/** Measures items, which are in the order in which they run: an item begins when all that it needs is there. */
export function stampItems(trace: GraphTrace, items: readonly WorkItem[]): ItemStamps[] {
  let before: ItemStamps | undefined;
  return items.map((item) => {
    const needs = before === undefined ? item.sources : [...item.sources, before.ended.oper];
    const began = trace.marker('Timestamp', needs, item.device);
    for (const entry of item.entries) trace.waitFor(entry, began.oper);
    const ended = trace.marker('Timestamp', item.exits, item.device);
    before = { item, began, ended };
    return before;
  });
}
