import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { awaitReadable } from '../../awaitReadable.js';
import { isNetworkName } from '../../config/networkNames.js';
import { isNetworkFile } from '../../config/networkSettings.js';
import { InputError, messageOf, UsageError } from '../../errors.js';
import type { PatchShape } from '../../feed/augment/patchShape.js';
import { shapeOfCrop } from '../../feed/centralCrop.js';
import { given } from '../../given.js';
import type { Network } from '../../model/network.js';
import { networkOfOwn, type OwnNetwork } from '../../model/ownNetwork.js';
import { recordedNetwork } from '../../model/recordedGraph.js';
import { networkOf } from '../../model/zoo/networks.js';
import type { OwnNetworkIdentity, TrainConfig } from './trainConfig.js';

type NetworkKeys = Pick<
  TrainConfig,
  'network' | 'filters' | 'dropout' | 'moreWindows' | 'ownNetwork' | 'crop'
>;

/** What a run's network is made of, before the engine is opened. */
export interface NetworkOfRun {
  readonly network: Network;
  /** The file that a network of one's own came from. */
  readonly module?: string;
}

/**
 * The network that a configuration names: of the table, of a file that is imported, or the given one. It sees of patches of
 * shape `stored` what CROP leaves. `run` is what the message names. Throws UsageError, and InputError for a file that holds none.
 */
export async function networkOfRun(
  config: NetworkKeys,
  stored: PatchShape,
  run: string,
  handed?: OwnNetwork,
): Promise<NetworkOfRun> {
  const { network: name, filters, dropout, moreWindows, ownNetwork } = config;
  if (handed !== undefined && handed.name !== name)
    throw new InputError(
      run,
      `expected its network ${JSON.stringify(name)}, received ${JSON.stringify(handed.name)}: give the one it was trained with, or begin another run`,
    );
  const { dim, slices } = shapeOfCrop(stored, config.crop);
  const inputSize = [slices, dim, dim] as const;
  const channels = 1 + moreWindows.length;
  if (handed === undefined && isNetworkName(name))
    return { network: networkOf({ name, inputSize, filters, channels, dropout }) };
  const module = isNetworkFile(name) ? name : ownNetwork?.module;
  if (handed === undefined && module === undefined)
    throw new InputError(
      run,
      `expected its network ${JSON.stringify(name)} as the option \`network\`: a program handed it over, and no file holds it; for commands write it into a file, and train with NETWORK = that file`,
    );
  const own = handed ?? (await networkIn(module!));
  if (dropout > 0)
    throw new UsageError(
      `DROPOUT is of the table's networks: expected 0 with ${JSON.stringify(own.name)}, whose pieces call dropout() where they want it, received ${dropout}`,
    );
  const network = networkOfOwn(own, inputSize);
  requireSameParameters(run, config, network);
  return { network, ...(handed === undefined ? { module: module! } : {}) };
}

/** The configuration of a new run with a network of one's own. */
export function withOwnName(config: TrainConfig, own: OwnNetwork | undefined): TrainConfig {
  return own === undefined ? config : { ...config, network: own.name };
}

/** What a configuration says of a network of one's own; undefined for one of the table. The engine is opened already. */
export function identityOf({ network, module }: NetworkOfRun): OwnNetworkIdentity | undefined {
  if (network.graph !== undefined) return undefined;
  return {
    ...given({ module }),
    parameters: digestOf(parameterLines(network)),
    operations: recordedNetwork(network).digest,
  };
}

/** A configuration that says which network of one's own it is. The engine is opened already. */
export function withIdentity(config: TrainConfig, found: NetworkOfRun): TrainConfig {
  const ownNetwork = identityOf(found);
  return ownNetwork === undefined ? config : { ...config, network: found.network.name, ownNetwork };
}

/** Throws InputError where a network does other things than the one of the run's checkpoints. The engine is opened already. */
export function requireSameOperations(run: string, { ownNetwork }: NetworkKeys, own: NetworkOfRun): void {
  const identity = identityOf(own);
  if (ownNetwork === undefined || identity === undefined || identity.operations === ownNetwork.operations)
    return;
  throw new InputError(
    run,
    `expected the network ${JSON.stringify(own.network.name)} that it was trained with, received one with the same parameters whose pieces compute something else${identity.module === undefined ? '' : ` (${identity.module})`}: give the one it was, or begin another run`,
  );
}

function requireSameParameters(run: string, { network, ownNetwork }: NetworkKeys, found: Network): void {
  if (ownNetwork === undefined) return;
  if (network !== found.name)
    throw new InputError(
      run,
      `expected its network ${JSON.stringify(network)}, found ${JSON.stringify(found.name)} in ${ownNetwork.module}: mend that file, or begin another run`,
    );
  if (ownNetwork.parameters !== digestOf(parameterLines(found)))
    throw new InputError(
      run,
      `expected the network ${JSON.stringify(network)} that it was trained with, received one of other parameters (${found.parameters.length}: ${parameterLines(found).slice(0, 3).join('; ')}...): give the one it was, or begin another run`,
    );
}

/** The default export of a file, or its export `network`. Throws InputError. */
async function networkIn(file: string): Promise<OwnNetwork> {
  await awaitReadable(file);
  let exported: Record<string, unknown>;
  try {
    // A file that was changed since is another module.
    const { mtimeMs } = statSync(file);
    exported = (await import(`${pathToFileURL(file).href}?changed=${mtimeMs}`)) as Record<string, unknown>;
  } catch (error) {
    throw new InputError(file, `expected a module that exports a network: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const own = (exported.default ?? exported.network) as Partial<OwnNetwork> | undefined;
  const { name, parameters, pieces } = own ?? {};
  if (typeof name !== 'string' || typeof parameters !== 'object' || !Array.isArray(pieces))
    throw new InputError(
      file,
      `expected a default export { name, parameters, pieces }, found ${own === undefined ? 'none' : Object.keys(own).join(', ')}`,
    );
  return own as OwnNetwork;
}

function parameterLines({ parameters }: Network): string[] {
  return parameters.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
}

function digestOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
