import { decimalNumber } from '../decimal.js';
import { InputError, messageOf, UsageError } from '../errors.js';
import { JsonPlace } from '../jsonPlace.js';

/** Processes that compute together, on one host or several. */
export interface Cluster {
  /** `host:port` of each process, in the order of the ranks; the first one's next port is used too. */
  readonly addresses: readonly string[];
  /** This process, from 0. */
  readonly rank: number;
  /**
   * IP addresses of its hosts: who may reach the ports of this process. Undefined: this machine alone, through loopback;
   * `anyone` leaves the ports open (`--open-ports`).
   */
  readonly heard?: readonly string[] | 'anyone';
}

/** A process among those that share a machine. */
export interface PlaceOnHost {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** This process among those of its host, by their addresses. */
export function placeOnHost({ addresses, rank }: Cluster): PlaceOnHost {
  const hosts = addresses.map((address) => address.slice(0, address.lastIndexOf(':')));
  const ranks = [...hosts.keys()].filter((other) => hosts[other] === hosts[rank]);
  return { index: ranks.indexOf(rank), count: ranks.length };
}

/** Where the first process listens for the talk beside TensorFlow's collectives (training/rankWatch.ts). */
export function talkAddress({ addresses }: Cluster): { readonly host: string; readonly port: number } {
  const [host, port] = addresses[0]!.split(':') as [string, string];
  return { host, port: Number(port) + 1 };
}

/** Ports of processes whose environment names hosts alone: two for each process of a host. */
const FIRST_PORT = 29_400;

/**
 * The cluster that flags or the environment name: `--cluster` with `--rank`, else TF_CONFIG, else Slurm's variables; with
 * `--cluster` alone the rank is MPI's or Slurm's. Undefined for a process alone. Throws UsageError.
 */
export function clusterOf(
  flags: { readonly cluster?: string; readonly rank?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Cluster | undefined {
  if (flags.cluster !== undefined) {
    const rank = flags.rank ?? rankOf(environment);
    if (rank === undefined)
      throw new UsageError(
        '--cluster: expected --rank too, or a rank of MPI or Slurm in the environment, received neither',
      );
    return checked(
      { addresses: flags.cluster.split(',').map((address) => address.trim()), rank },
      '--cluster',
    );
  }
  if (flags.rank !== undefined) throw new UsageError('--rank: expected --cluster too, received none');
  if (environment.TF_CONFIG !== undefined) return fromTfConfig(environment.TF_CONFIG);
  if (decimalNumber(environment.SLURM_NTASKS ?? '') > 1 && environment.SLURM_STEP_NODELIST !== undefined)
    return fromSlurm(environment);
  return undefined;
}

/** Names of Slurm's compact list: `gpu[01-03,7],login` = gpu01, gpu02, gpu03, gpu7, login. */
export function hostsOf(nodeList: string): string[] {
  const parts = nodeList.match(/[^,[]+(\[[^\]]*\])?[^,[]*/g) ?? [];
  return parts.flatMap((part) => {
    const found = /^([^[]*)\[([^\]]*)\](.*)$/.exec(part);
    if (found === null) return [part];
    const [, before, ranges, after] = found as unknown as [string, string, string, string];
    return ranges.split(',').flatMap((range) => {
      const [low, high = low] = range.split('-') as [string, string?];
      const count = Number(high) - Number(low) + 1;
      return Array.from(
        { length: count },
        (_, i) => `${before}${String(Number(low) + i).padStart(low.length, '0')}${after}`,
      );
    });
  });
}

function rankOf(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const { OMPI_COMM_WORLD_RANK, PMI_RANK, PMIX_RANK, SLURM_PROCID } = environment;
  const text = OMPI_COMM_WORLD_RANK ?? PMI_RANK ?? PMIX_RANK ?? SLURM_PROCID;
  return text === undefined ? undefined : decimalNumber(text);
}

/** TensorFlow's own description: `{"cluster": {"worker": [...]}, "task": {"type": "worker", "index": 0}}`. */
function fromTfConfig(text: string): Cluster | undefined {
  let config: JsonPlace;
  try {
    config = new JsonPlace('TF_CONFIG', JSON.parse(text));
  } catch (error) {
    throw new UsageError(`TF_CONFIG: expected JSON (${messageOf(error)}), received ${shown(text)}`);
  }
  try {
    const cluster = config.at('cluster');
    const textsAt = (job: string): string[] => cluster.at(job).ifThere?.texts() ?? [];
    const [chiefs, workers] = [textsAt('chief'), textsAt('worker')];
    if (chiefs.length + workers.length === 0) cluster.refuse('addresses of workers');
    const index = config.at('task').at('index').whole();
    const rank = config.at('task').at('type').value === 'chief' ? index : chiefs.length + index;
    return checked({ addresses: [...chiefs, ...workers], rank }, 'TF_CONFIG');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new UsageError(
      `TF_CONFIG: expected {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}, received ${shown(text)} (${error.reason})`,
    );
  }
}

/** In one line, and no longer than a line should be. */
function shown(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300).replaceAll('\n', ' ')}...` : text.replaceAll('\n', ' ');
}

/** Slurm's tasks in blocks: so many on each host, one after the other (`srun --distribution=block`, its default). */
function fromSlurm(environment: Readonly<Record<string, string | undefined>>): Cluster | undefined {
  const hosts = hostsOf(environment.SLURM_STEP_NODELIST!);
  const perHost = tasksPerHost(environment.SLURM_STEP_TASKS_PER_NODE ?? `1(x${hosts.length})`);
  const addresses = hosts.flatMap((host, index) =>
    Array.from({ length: perHost[index] ?? 1 }, (_, task) => `${host}:${FIRST_PORT + 2 * task}`),
  );
  return checked({ addresses, rank: decimalNumber(environment.SLURM_PROCID ?? '') }, 'SLURM_STEP_NODELIST');
}

/** `2(x3),1` = 2, 2, 2, 1. */
function tasksPerHost(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, tasks, hosts] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part) ?? [];
    return new Array<number>(Number(hosts ?? 1)).fill(Number(tasks));
  });
}

function checked(cluster: Cluster, source: string): Cluster | undefined {
  const { addresses, rank } = cluster;
  const wrong = addresses.find((address) => !/^[^\s:]+:\d{1,5}$/.test(address));
  if (wrong !== undefined)
    throw new UsageError(`${source}: expected host:port,host:port,..., received ${JSON.stringify(wrong)}`);
  if (new Set(addresses).size < addresses.length)
    throw new UsageError(
      `${source}: expected an address of its own for each process, received ${addresses.join(', ')}`,
    );
  if (!Number.isInteger(rank) || rank < 0 || rank >= addresses.length)
    throw new UsageError(`${source}: expected a rank from 0 to ${addresses.length - 1}, received ${rank}`);
  return addresses.length === 1 ? undefined : cluster;
}
