/**
 * Batches under way between reader threads and consumers, in memory that all of them share: slots of rows that are filled in
 * parts, and a queue of parts that are still to be read. A slot belongs to the readers from publish() until the last of its
 * parts is done, then to the consumer until it publishes into it again.
 */
export interface SharedRing {
  readonly size: RingSize;
  /** Places of CONTROL. */
  readonly control: Int32Array;
  /** By part in the queue: slot, part. */
  readonly queue: Int32Array;
  /** By slot: parts that are not done. */
  readonly remaining: Int32Array;
  /** By slot: rows; step of the order; place of the first row in the whole batch, or -1: rows stay as they are. */
  readonly facts: Int32Array;
  /** By slot and place: rows of the file. */
  readonly rows: Uint32Array;
  /** By slot and place: HU, z, y, x. */
  readonly voxels: Int16Array;
  /** By reader: places of COUNTERS. */
  readonly counters: BigInt64Array;
}

export interface RingSize {
  readonly slots: number;
  /** Most rows of a batch. */
  readonly batchRows: number;
  readonly voxelsPerRow: number;
  readonly readers: number;
}

/** What a batch is to hold. */
export interface BatchRequest {
  readonly rows: Uint32Array;
  /** Where it lies in the order: seeds what is done to its patches. Undefined = patches as they are. */
  readonly place?: { readonly step: number; readonly first: number };
}

/** A part of a slot, as a reader takes it. */
export interface RingPart {
  readonly slot: number;
  /** Rows [from, to) of the slot. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly first: number;
}

const CONTROL = { taken: 0, published: 1, stop: 2 } as const;
const COUNTERS = { rows: 0, bytes: 1, busyNs: 2, idleNs: 3 } as const;
const COUNTER_COUNT = Object.keys(COUNTERS).length;
const FACTS = { count: 0, step: 1, first: 2 } as const;
const FACT_COUNT = Object.keys(FACTS).length;

/** Rows that a reader takes at a time: few, so that all readers work on the batch that is wanted next. */
export const ROWS_PER_PART = 8;
/** A reader looks up whether it is to stop at least so often. */
const LONGEST_SLEEP_MS = 1000;

export function createRing(size: RingSize): SharedRing {
  const { slots, batchRows, voxelsPerRow, readers } = size;
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  return {
    size,
    control: new Int32Array(shared(4 * Object.keys(CONTROL).length)),
    queue: new Int32Array(shared(8 * slots * partsOf(batchRows))),
    remaining: new Int32Array(shared(4 * slots)),
    facts: new Int32Array(shared(4 * FACT_COUNT * slots)),
    rows: new Uint32Array(shared(4 * slots * batchRows)),
    voxels: new Int16Array(shared(2 * slots * batchRows * voxelsPerRow)),
    counters: new BigInt64Array(shared(8 * COUNTER_COUNT * readers)),
  };
}

/** Hands a free slot to the readers. Throws RangeError for an empty batch, and for one larger than the slots. */
export function publish(ring: SharedRing, slot: number, { rows, place }: BatchRequest): void {
  const { batchRows } = ring.size;
  if (rows.length === 0 || rows.length > batchRows)
    throw new RangeError(`Expected a batch of 1 to ${batchRows} rows, received ${rows.length}`);
  ring.rows.set(rows, slot * batchRows);
  ring.facts.set([rows.length, place?.step ?? 0, place?.first ?? -1], FACT_COUNT * slot);
  const parts = partsOf(rows.length);
  Atomics.store(ring.remaining, slot, parts);
  const published = Atomics.load(ring.control, CONTROL.published);
  const places = ring.queue.length / 2;
  for (let part = 0; part < parts; part++) ring.queue.set([slot, part], 2 * ((published + part) % places));
  Atomics.store(ring.control, CONTROL.published, published + parts);
  Atomics.notify(ring.control, CONTROL.published);
}

/** The next part to read; sleeps until there is one. Undefined once the ring is stopped. For reader threads. */
export function takePart(ring: SharedRing): RingPart | undefined {
  const { control, queue, facts } = ring;
  for (;;) {
    if (Atomics.load(control, CONTROL.stop) !== 0) return undefined;
    const taken = Atomics.load(control, CONTROL.taken);
    const published = Atomics.load(control, CONTROL.published);
    if (taken === published) Atomics.wait(control, CONTROL.published, published, LONGEST_SLEEP_MS);
    else {
      // Read before it is taken: once it is, its place in the queue may be used again.
      const at = 2 * (taken % (queue.length / 2));
      const [slot, part] = [queue[at]!, queue[at + 1]!];
      if (Atomics.compareExchange(control, CONTROL.taken, taken, taken + 1) !== taken) continue;
      const from = part * ROWS_PER_PART;
      return {
        slot,
        from,
        to: Math.min(from + ROWS_PER_PART, facts[FACT_COUNT * slot + FACTS.count]!),
        step: facts[FACT_COUNT * slot + FACTS.step]!,
        first: facts[FACT_COUNT * slot + FACTS.first]!,
      };
    }
  }
}

/** Marks a part as read; true for the last one of its slot. */
export function finishPart({ remaining }: SharedRing, { slot }: RingPart): boolean {
  return Atomics.sub(remaining, slot, 1) === 1;
}

/** Wakes all readers to end. */
export function stopRing({ control }: SharedRing): void {
  Atomics.store(control, CONTROL.stop, 1);
  Atomics.notify(control, CONTROL.published);
}

/** The voxels of the first rows of a slot, without a copy. */
export function voxelsOfSlot({ voxels, size }: SharedRing, slot: number, rows: number): Int16Array {
  const from = slot * size.batchRows * size.voxelsPerRow;
  return voxels.subarray(from, from + rows * size.voxelsPerRow);
}

export function count(
  { counters }: SharedRing,
  reader: number,
  what: keyof typeof COUNTERS,
  more: bigint,
): void {
  Atomics.add(counters, COUNTER_COUNT * reader + COUNTERS[what], more);
}

/** Over all readers. */
export function total({ counters, size }: SharedRing, what: keyof typeof COUNTERS): number {
  let sum = 0n;
  for (let reader = 0; reader < size.readers; reader++)
    sum += Atomics.load(counters, COUNTER_COUNT * reader + COUNTERS[what]);
  return Number(sum);
}

function partsOf(rows: number): number {
  return Math.ceil(rows / ROWS_PER_PART);
}
