import { attribute } from './attributes.js';
import type { Address } from './capi.js';
import { BFLOAT16, FLOAT32, INT32 } from './dataTypes.js';
import type { Engine } from './engine.js';
import type { GraphTrace } from './graphTrace.js';
import { type Tensor, tensorId, tensorOf } from './tf.js';

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
    binding.executeOp(
      'Cast',
      [attribute.type('SrcT', from), attribute.type('DstT', to), attribute.bool('Truncate', false)],
      [id],
      1,
    )[0]!;
  const onGpu = engine.context.defaultDevice.type === 'GPU';
  const input = dtype === FLOAT32 ? tensorId(tensor) : cast(tensorId(tensor), FLOAT32, dtype).id;
  // NCCL's calls must come in the same order on all devices of a group; a ring's need not.
  const earlier = onGpu ? lastCollective(binding.trace) : [];
  const sum = binding.trace.after(earlier, () =>
    binding.executeOp(
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
    ),
  )[0]!;
  if (onGpu)
    last.set(
      binding.trace,
      (last.get(binding.trace) ?? new Map()).set(
        binding.trace.device,
        binding.tracedOutput(sum.id).output.oper,
      ),
    );
  return tensorOf<T>(dtype === FLOAT32 ? sum : cast(sum.id, dtype, FLOAT32));
}

/** The last collective of a trace on each device. */
const last = new WeakMap<GraphTrace, Map<string | undefined, Address>>();

function lastCollective(trace: GraphTrace): Address[] {
  const node = last.get(trace)?.get(trace.device);
  return node === undefined ? [] : [node];
}
