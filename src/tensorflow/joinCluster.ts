import type { Cluster } from '../config/cluster.js';
import { EngineError, messageOf } from '../errors.js';
import { closeToStrangers, listenersOn } from '../portFilter.js';
import { guardPort } from '../portGuard.js';
import type { Address } from './capi.js';
import { type DeviceLayout, encodeConfig } from './configProto.js';
import { bytesField, message, numberField } from './protobuf.js';
import { withStatus } from './status.js';

/** Names TensorFlow gives to the processes of a cluster. */
export const JOB = 'worker';

export const LEADER = `/job:${JOB}/replica:0/task:0`;

/**
 * Starts TensorFlow's server of this process; afterwards the context's devices have other names. The server listens on every
 * address and has no password: its port is closed to all but the cluster's hosts before it is
 * opened. Throws EngineError.
 */
export function joinCluster(context: Address, layout: DeviceLayout, cluster: Cluster): void {
  const address = cluster.addresses[cluster.rank];
  if (address === undefined)
    throw new EngineError(
      'cluster',
      `expected a rank from 0 to ${cluster.addresses.length - 1}, received ${cluster.rank}`,
    );
  const server = encodeServer(cluster, layout);
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
export function closing<T>(close: () => T): T {
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

/**
 * ServerDef{cluster, job_name, task_index, default_session_config{the context's, collective_group_leader}, protocol}
 * (tensorflow_server.proto). The server makes its devices anew, by its own configuration.
 */
export function encodeServer({ addresses, rank }: Cluster, layout: DeviceLayout): Uint8Array {
  const tasks = addresses.map((address, index) =>
    bytesField(2, message(numberField(1, index), bytesField(2, address))),
  );
  const cluster = bytesField(1, message(bytesField(1, JOB), ...tasks));
  const session = message(encodeConfig(layout), bytesField(16, bytesField(1, LEADER)));
  return message(
    bytesField(1, cluster),
    bytesField(2, JOB),
    numberField(3, rank),
    bytesField(4, session),
    bytesField(5, 'grpc'),
  );
}
