import { lookup } from 'node:dns/promises';
import type { Cluster } from '../../config/cluster.js';
import { EngineError, messageOf } from '../../errors.js';

/** All addresses, IPv4 and IPv6, of the hosts of a cluster, each once. Throws EngineError for a name that has none. */
export async function hostAddresses({ addresses }: Cluster): Promise<string[]> {
  const hosts = [...new Set(addresses.map((address) => address.replace(/:\d+$/, '')))];
  const found = await Promise.all(hosts.map(addressesOf));
  return [...new Set(found.flat())];
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new EngineError(
      'cluster',
      `the host ${host} has no address here (${messageOf(error)}): name hosts as this machine knows them`,
      { cause: error },
    );
  }
}
