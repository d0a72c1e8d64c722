import type { Address } from './capi.js';

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
