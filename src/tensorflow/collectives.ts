import { attribute, castAttributes } from './attributes.js';
import type { Address } from './capi.js';
import { BFLOAT16, FLOAT32, INT32 } from './dataTypes.js';
import type { Engine } from './engine.js';
import type { GraphTrace } from './graphTrace.js';
import { type Tensor, tensorId, tensorOf } from './tf.js';
import type { WorkItem } from './workItem.js';

/** Those who sum together: as many devices as `size`, each calling once with the same `key` and a sum's own `instance`. */
export interface Group {
  readonly key: number;
  readonly size: number;
}

export interface SumOptions {
  readonly group: Group;
  /** The same on all devices of the group, another for each sum of a program. */
  readonly instance: number;
  /** A device that is missing for so long is an error on all others. */
  readonly timeoutSeconds: number;
  /** Element type on the way; `bfloat16` halves the bytes and rounds to 8 bits of mantissa. */
  readonly as?: 'float32' | 'bfloat16';
}

/** In a trace: the sum of a tensor over all devices of the group, on each of them. On GPUs through NCCL. */
export function sumOverGroup<T extends Tensor>(engine: Engine, tensor: T, options: SumOptions): T {
  const { binding } = engine;
  const number = (value: number): number => binding.createTensor([], INT32, Int32Array.of(value));
  const dtype = options.as === 'bfloat16' ? BFLOAT16 : FLOAT32;
  const cast = (id: number, from: number, to: number) =>
    binding.executeOp('Cast', castAttributes(from, to), [id], 1)[0]!;
  const onGpu = engine.context.defaultDevice.type === 'GPU';
  const input = dtype === FLOAT32 ? tensorId(tensor) : cast(tensorId(tensor), FLOAT32, dtype).id;
  const sum = binding.executeOp(
    'CollectiveReduceV2',
    [
      attribute.type('T', dtype),
      attribute.string('merge_op', 'Add'),
      attribute.string('final_op', 'Id'),
      attribute.string('communication_hint', onGpu ? 'nccl' : 'ring'),
      attribute.float('timeout_seconds', options.timeoutSeconds),
      attribute.bool('is_stateless', false),
      attribute.int('Nordering_token', 0),
      attribute.int('max_subdivs_per_device', -1),
    ],
    [input, number(options.group.size), number(options.group.key), number(options.instance)],
    1,
    [tensor.shape],
  )[0]!;
  note(binding.trace, binding.tracedOutput(sum.id).output.oper);
  return tensorOf<T>(dtype === FLOAT32 ? sum : cast(sum.id, dtype, FLOAT32));
}

interface Collective {
  readonly node: Address;
  readonly device: string | undefined;
  readonly item: WorkItem | undefined;
}

/** All collectives of a trace. */
const made = new WeakMap<GraphTrace, Collective[]>();

function note(trace: GraphTrace, node: Address): void {
  const { device, item } = trace;
  const collectives = made.get(trace) ?? [];
  collectives.push({ node, device, item });
  made.set(trace, collectives);
}

/**
 * For GPUs, at the end of a trace with several sums: NCCL's calls must come in the same order on all devices of a group; a
 * ring's need not. On each device one waits for the other: those of its `items` in the order in which these run, which the
 * trace need not have, then the rest.
 */
export function orderCollectives({ context, binding }: Engine, items: readonly WorkItem[]): void {
  if (context.defaultDevice.type !== 'GPU') return;
  const places = new Map(items.map((item, place) => [item, place]));
  const placeOf = ({ item }: Collective): number => (item === undefined ? items.length : places.get(item)!);
  const inOrder = (made.get(binding.trace) ?? []).toSorted((a, b) => placeOf(a) - placeOf(b));
  const last = new Map<string | undefined, Address>();
  for (const { node, device } of inOrder) {
    const earlier = last.get(device);
    if (earlier !== undefined) binding.trace.waitFor(node, earlier);
    last.set(device, node);
  }
}
