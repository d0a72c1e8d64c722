import { decimalNumber } from '../decimal.js';
import { decimal, type IniKey, withDefault } from './ini.js';
import { DEFAULT_NETWORK, isNetworkName, NETWORK_NAMES } from './networkNames.js';

/** Hounsfield units that become 0 and 1; what lies beyond is cut off, unless `clip` is false. */
export interface IntensityWindow {
  readonly low: number;
  readonly high: number;
  readonly clip?: boolean;
}

const MOST_WINDOWS = 3;

const NETWORK: IniKey<string> = {
  expected: `expected one of ${NETWORK_NAMES.join(', ')}, or a file of your own (.js, .mjs, .ts)`,
  parse: parseNetwork,
};
const WINDOWS: IniKey<readonly IntensityWindow[]> = {
  expected: `expected 1 to ${MOST_WINDOWS} windows low:high of HU, such as -1000:400, -160:240`,
  parse: parseWindows,
};

/** Keys of [training]. */
export const NETWORK_KEYS = {
  NETWORK: withDefault(NETWORK, DEFAULT_NETWORK as string),
  DROPOUT: withDefault(decimal(0, 0.99), 0),
  WINDOWS: withDefault(WINDOWS, undefined),
};

/** A name of the table, or the path of a file; undefined for what is neither. */
export function parseNetwork(given: string): string | undefined {
  return isNetworkName(given) || isNetworkFile(given) ? given : undefined;
}

/** Whether NETWORK names a file, which holds a network of one's own. */
export function isNetworkFile(network: string): boolean {
  return /\.(js|mjs|ts|mts)$/.test(network);
}

/** Reads `-1000:400, -160:240`; undefined for what is no list of windows. */
export function parseWindows(given: string): readonly IntensityWindow[] | undefined {
  const found = given.split(',').map((part) => {
    const [low, high, ...more] = part.split(':').map(decimalNumber);
    const fits = more.length === 0 && [low, high].every((hu) => hu !== undefined && Math.abs(hu) <= 32768);
    return fits && low! < high! ? Object.freeze({ low: low!, high: high! }) : undefined;
  });
  if (found.length > MOST_WINDOWS || found.includes(undefined)) return undefined;
  return Object.freeze(found as IntensityWindow[]);
}
