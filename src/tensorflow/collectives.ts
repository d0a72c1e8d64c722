import type { Cluster } from '../config/cluster.js';
import { EngineError, messageOf } from '../errors.js';
import { closeToStrangers, listenersOn } from '../portFilter.js';
import { guardPort } from '../portGuard.js';
import { attribute } from './attributes.js';
import type { Address } from './capi.js';
import { BFLOAT16, FLOAT32, INT32 } from './dataTypes.js';
import type { Engine } from './engine.js';
import type { GraphTrace } from './graphTrace.js';
import { bytesField, message, numberField } from './protobuf.js';
import { withStatus } from './status.js';
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

/** Names TensorFlow gives to the processes of a cluster. */
const JOB = 'worker';
const LEADER = `/job:${JOB}/replica:0/task:0`;

/**
 * Starts TensorFlow's server of this process; afterwards the context's devices have other names. The server listens on every
 * address and has no password: its port is closed to all but the cluster's hosts before it is
 * opened. Throws EngineError.
 */
export function joinCluster(context: Address, cluster: Cluster): void {
  const address = cluster.addresses[cluster.rank];
  if (address === undefined)
    throw new EngineError(
      'cluster',
      `expected a rank from 0 to ${cluster.addresses.length - 1}, received ${cluster.rank}`,
    );
  const server = encodeServer(cluster);
  const port = Number(address.split(':').at(-1));
  const { heard = [] } = cluster;
  // With the guard another program of this user that listens there would not be in the way: it would share the port.
  if (listenersOn(port).length > 0)
    throw new EngineError(
      'cluster',
      `rank ${cluster.rank} cannot listen on ${address}: the port is in use; use another`,
    );
  const guard = heard === 'anyone' ? undefined : closing(() => guardPort(port));
  // Read by TensorFlow when it starts its server: for a moment two sockets are on the port.
  if (guard !== undefined) process.env.TF_GRPC_REUSE_PORT = 'true';
  try {
    withStatus('collectives', (status, api) =>
      api.TFE_EnableCollectiveOps(context, server, server.length, status),
    );
    if (heard !== 'anyone') closing(() => closeToStrangers(port, heard, guard?.descriptors));
  } catch (error) {
    if (error instanceof EngineError && error.operation === 'cluster') throw error;
    throw new EngineError(
      'cluster',
      `rank ${cluster.rank} cannot listen on ${address}: is the port in use, or the address another machine's?`,
      { cause: error },
    );
  } finally {
    guard?.leave();
    delete process.env.TF_GRPC_REUSE_PORT;
  }
}

/** What must hold before anyone may connect; else there is no training. */
function closing<T>(close: () => T): T {
  try {
    return close();
  } catch (error) {
    throw new EngineError(
      'cluster',
      `${messageOf(error)}; whoever reaches the port can read and write this user's files. --open-ports trains all the same, in a network of your own`,
      { cause: error },
    );
  }
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

/** ServerDef{cluster, job_name, task_index, default_session_config{collective_group_leader}, protocol} (tensorflow_server.proto). */
function encodeServer({ addresses, rank }: Cluster): Uint8Array {
  const tasks = addresses.map((address, index) =>
    bytesField(2, message(numberField(1, index), bytesField(2, address))),
  );
  const cluster = bytesField(1, message(bytesField(1, JOB), ...tasks));
  const session = bytesField(16, bytesField(1, LEADER));
  return message(
    bytesField(1, cluster),
    bytesField(2, JOB),
    numberField(3, rank),
    bytesField(4, session),
    bytesField(5, 'grpc'),
  );
}
