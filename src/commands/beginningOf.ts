import { resolve } from 'node:path';
import { DEFAULT_NETWORK, isNetworkName } from '../config/networkNames.js';
import { isNetworkFile } from '../config/networkSettings.js';
import type { TrainingSettings } from '../config/trainingSettings.js';
import { UsageError } from '../errors.js';
import { usualFilters } from '../model/zoo/networks.js';
import { startingPoint } from '../training/run/startingPoint.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import type { TrainFlags } from './trainFlags.js';

/** What a run begins with: its network and windows, and the checkpoint whose these are unless a flag names others. Throws UsageError, InputError. */
export function beginningOf(
  flags: TrainFlags,
  settings: TrainingSettings,
): Pick<TrainConfig, 'from' | 'network' | 'filters' | 'windowHu' | 'moreWindows'> {
  const named =
    flags.network !== undefined && isNetworkFile(flags.network) ? resolve(flags.network) : flags.network;
  if (flags.from === undefined) {
    const network = named ?? settings.network;
    const filters = flags.filters ?? usualFilters(isNetworkName(network) ? network : DEFAULT_NETWORK);
    return { network, filters, ...windowsOf(flags, settings) };
  }
  const { filters, network, ownNetwork, windowHu, moreWindows, ...from } = startingPoint(resolve(flags.from));
  // A network has as many channels as it learned from; one window may be another (startingPoint.ts warns).
  const isOther = moreWindows.length !== settings.moreWindows.length;
  return {
    ...{ from, network: named ?? ownNetwork?.module ?? network, filters: flags.filters ?? filters },
    ...windowsOf(flags, isOther ? { ...settings, windowHu, moreWindows } : settings),
  };
}

function windowsOf(
  { windows }: TrainFlags,
  { windowHu, moreWindows, normalisation }: TrainingSettings,
): Pick<TrainConfig, 'windowHu' | 'moreWindows'> {
  if (windows === undefined) return { windowHu, moreWindows };
  if (normalisation === 'file')
    throw new UsageError('--windows: expected none with NORMALISATION file, which gives its own window');
  return { windowHu: windows[0]!, moreWindows: windows.slice(1) };
}
