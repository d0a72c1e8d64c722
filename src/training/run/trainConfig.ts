import type { TrainingSettings } from '../../config/trainingSettings.js';
import type { ValueScale } from '../../store/hdf5/rowIndex.js';
import type { OwnPartNames } from '../step/ownParts.js';

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

/** What a network of one's own was: a run goes on, and is used, with the same alone. Plain JSON. */
export interface OwnNetworkIdentity {
  /** The file that it came from, absolute; undefined for one that a program handed over. */
  readonly module?: string;
  /** SHA-256 of its parameters' names and shapes. */
  readonly parameters: string;
  /** SHA-256 of the operations that its pieces do, with their parameters and constants. */
  readonly operations: string;
}

/** The checkpoint that a run begins with instead of drawn weights. Plain JSON. */
export interface StartingPoint {
  /** Its folder, absolute. */
  readonly checkpoint: string;
  readonly epoch: number;
  readonly step: number;
  /** Of the arrays' file; null for checkpoints of earlier versions. */
  readonly crc32: number | null;
}
