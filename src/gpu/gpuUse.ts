import type { DeviceSummary, Load } from './deviceTally.js';
import type { HostSummary } from './hostTally.js';

/** What a log says of the use of its devices; its load is over the devices that were ever used. */
export interface GpuUse extends Load {
  readonly samples: number;
  /** Null where the log has no times. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** By host and index. */
  readonly devices: readonly DeviceSummary[];
  /** Hosts of which our own recorder says more than their devices. */
  readonly hosts: readonly HostSummary[];
  /** How far the busiest used device is above the mean of their means: 0.25 = a quarter; null of fewer than two. */
  readonly imbalance: number | null;
  /** While one used device stands still, the share of the others that do, too: the idle share, where it is chance. */
  readonly idleTogetherShare: number | null;
}
