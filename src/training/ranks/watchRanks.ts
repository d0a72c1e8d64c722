import type { Cluster } from '../../config/cluster.js';
import { FirstRank } from './firstRank.js';
import { OtherRank } from './otherRank.js';
import type { RankWatch } from './rankWatch.js';
import type { SharedSecret } from './talkProof.js';

/**
 * Throws EngineError when the first process cannot listen, is not there in time, or has another secret; InterruptedError when
 * `signal` is aborted while it is waited for.
 */
export async function watchRanks(
  cluster: Cluster,
  timeoutSeconds: number,
  secret: SharedSecret,
  signal?: AbortSignal,
): Promise<RankWatch> {
  return cluster.rank === 0
    ? FirstRank.start(cluster, timeoutSeconds, secret)
    : OtherRank.start(cluster, timeoutSeconds, secret, signal);
}
