import type { ClassNames } from '../config/classNames.js';
import type { Holdout } from '../config/holdout.js';
import type { OwnNetwork } from '../model/ownNetwork.js';
import type { Progress } from '../progress.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import type { Part } from './evaluatedRows.js';
import type { FindingFroc, FindingScores } from './findingScores.js';
import type { ScoredPatches } from './patchScores.js';
import type { ScoredFinding } from './predictionTable.js';
import type { ReadersTablesRequest } from './readersTables.js';
import type { SymmetryGroup } from './symmetricPredictions.js';

/** Which network is scored, and on what. */
export interface EvaluateOptions extends ReadersTablesRequest {
  readonly run: string;
  readonly checkpoint: CheckpointLink;
  /** Another patch file than the run's own. */
  readonly data?: string;
  /** Subsets (or folds) of the file instead of the scans that the run held out. */
  readonly holdout?: Holdout;
  /** Scans by what the run did with them. */
  readonly part?: Part;
  /** Probabilities are the means over a patch's images by these symmetries. */
  readonly tta?: SymmetryGroup;
  /** Of one's own, where the run was trained with one that no file holds. */
  readonly network?: OwnNetwork | undefined;
  readonly signal?: AbortSignal;
  /** Hears how many rows are scored. */
  readonly onProgress?: (progress: Progress) => void;
  /** Further files of the evaluation are written here, while no other one of this run can write them. */
  readonly beforeRelease?: (evaluation: Evaluation) => void;
}

/** Scores of a network on rows that it did not learn from, and what they rest on. */
export interface Evaluation extends ScoredPatches {
  readonly run: string;
  /** In which the network was left, at its end or inside it. */
  readonly epoch: number;
  readonly holdout: Holdout;
  readonly classNames: ClassNames;
  /** What is scored, as the folder of its files is called: `holdout-5`, `validation`, `new`. */
  readonly part: string;
  /** Whether training drew from a series of these rows, whatever the file that it was read from; false: it never saw them. */
  readonly seenInTraining: boolean;
  /** Whether some of these scans chose the network. */
  readonly choseTheNetwork: boolean;
  /** From which on a patch is called a nodule: chosen on the validation rows, or 0.5. */
  readonly threshold: number;
  /** By the nodules that readers marked; null where no table knows these scans. */
  readonly findingScores: FindingScores | null;
  readonly froc: FindingFroc | undefined;
  /** Whether these are the rows that the run held out, of its own data, predicted once each. */
  readonly isHoldout: boolean;
  /** What the scores come from: program, checkpoint, and the content of the data. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** The scored rows, each with its number in the patch file. */
  readonly findings: readonly (ScoredFinding & { readonly row: number })[];
  /** Later checkpoints that are damaged, and were passed over; scans that were not scored. */
  readonly notes: readonly string[];
  /** Absolute paths of what was written. */
  readonly files: Readonly<Record<string, string>>;
}
