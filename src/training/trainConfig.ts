import type { TrainingSettings } from '../config/trainingSettings.js';
import type { ValueScale } from '../store/rowIndex.js';

import type { OwnNetworkIdentity } from './networkOfRun.js';
import type { OwnPartNames } from './ownParts.js';
import type { StartingPoint } from './startingPoint.js';

/** Everything that decides a run; stored in its config.json and in each checkpoint. Plain JSON. */
export interface TrainConfig extends Omit<TrainingSettings, 'gpu' | 'dataFolder' | 'runsFolder'> {
  /** The patch file, absolute. */
  readonly data: string;
  /** The run's folder, absolute. */
  readonly run: string;
  /** What makes stored values that are no HU such; found in the data when the run begins. */
  readonly valueScale?: ValueScale;
  /** Channels of the first stage; 64 are the published ResNets'. */
  readonly filters: number;
  /** Where `network` is none of the table: what it was. */
  readonly ownNetwork?: OwnNetworkIdentity;
  /** Names of its own loss and augmentation. */
  readonly own?: OwnPartNames;
  /** What it begins with; undefined for drawn weights. */
  readonly from?: StartingPoint;
  /** Threads for computing; 0 = one a core, shared among devices. */
  readonly threads: number;
}
