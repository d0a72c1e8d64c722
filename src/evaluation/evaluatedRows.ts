import type { Holdout } from '../config/holdout.js';
import { InputError } from '../errors.js';
import { foldedLabels } from '../feed/folds.js';
import type { ScanLabels } from '../feed/rowLabels.js';
import { heldOutRows } from '../feed/split.js';
import type { SeriesSplit } from '../training/run/dataIdentity.js';
import type { TrainConfig } from '../training/run/trainConfig.js';

/** Scans of a run by what it did with them; `new`: those that it does not know. */
export const PARTS = ['held-out', 'validation', 'training', 'new'] as const;

/** Scans by what a run did with them. */
export type Part = (typeof PARTS)[number];

/** Which rows of a file are scored. */
export interface EvaluatedRows {
  /** Ascending. */
  readonly rows: Uint32Array;
  /** Names the files of this evaluation: `holdout-5`, `validation`, `new`. */
  readonly name: string;
  /** Whether these are the rows that the run held out, of its own data. */
  readonly isHoldout: boolean;
  /** What the user is told of scans that are not scored. */
  readonly notes: readonly string[];
}

export interface RowsRequest {
  readonly labels: ScanLabels;
  readonly file: string;
  readonly config: Pick<TrainConfig, 'folds' | 'holdout' | 'seed'>;
  /** Undefined for runs of earlier versions. */
  readonly split: SeriesSplit | undefined;
  /** Whether the file holds the rows that the run was trained on. */
  readonly isOwnData: boolean;
  /** Subsets (or folds) instead of a part. */
  readonly holdout?: Holdout;
  readonly part?: Part;
}

/**
 * The rows of a part of a run's scans, by the split that is stored with the run: what a file holds beside them is new, wherever it
 * lies. By default those that were held out; where a file has none of them, those that are new.
 * Throws InputError (naming `file`) where there are none, and for folds of other data.
 */
export function evaluatedRows(request: RowsRequest): EvaluatedRows {
  const { labels, file, config, split, isOwnData, holdout } = request;
  if (holdout !== undefined || split === undefined || (isOwnData && (request.part ?? PARTS[0]) === PARTS[0]))
    return rowsOfSubsets(request, holdout ?? config.holdout);
  const partOf = new Map<string, Part>();
  for (const uid of split.training) partOf.set(uid, 'training');
  for (const uid of split.validation) partOf.set(uid, 'validation');
  for (const uid of split.heldOut) partOf.set(uid, 'held-out');
  const parts = labels.seriesUids.map((uid): Part => partOf.get(uid) ?? 'new');
  const part = request.part ?? (parts.includes('held-out') ? 'held-out' : 'new');
  const rows = Uint32Array.from([...parts.keys()].filter((row) => parts[row] === part));
  if (rows.length === 0)
    throw new InputError(
      file,
      `expected patches of scans that are ${describe(part)}, found none; there are ${countsOf(labels, parts)}`,
    );
  const notes =
    request.part === undefined && part === 'held-out' && parts.includes('new')
      ? [`the file has ${countsOf(labels, parts)}: --part new scores the new ones`]
      : [];
  const name = part === 'held-out' ? holdoutName(config.holdout) : part;
  return { rows, name, isHoldout: false, notes };
}

function rowsOfSubsets({ labels, file, config, isOwnData }: RowsRequest, holdout: Holdout): EvaluatedRows {
  if (config.folds > 0 && !isOwnData)
    throw new InputError(
      file,
      `expected the data that the run was trained on, whose ${config.folds} folds these are not; name the scans to score with --part ${PARTS.join('|')}`,
    );
  const { folds, seed } = config;
  const rows = heldOutRows(foldedLabels(labels, folds, seed, file), holdout, file);
  const isHoldout = isOwnData && String(holdout) === String(config.holdout);
  return { rows, name: holdoutName(holdout), isHoldout, notes: [] };
}

/** What the evaluation of these subsets is called: `holdout-5`. */
export function holdoutName(holdout: Holdout): string {
  return `holdout-${String(holdout).replaceAll(',', '-')}`;
}

function describe(part: Part): string {
  return { 'held-out': 'held out', validation: 'of the validation', training: 'trained on', new: 'new' }[
    part
  ];
}

/** `5 scans held out, 3 new`. */
function countsOf({ seriesUids }: ScanLabels, parts: readonly Part[]): string {
  return PARTS.flatMap((part) => {
    const scans = new Set(seriesUids.filter((_, row) => parts[row] === part)).size;
    return scans === 0 ? [] : [`${scans} ${scans === 1 ? 'scan' : 'scans'} ${describe(part)}`];
  }).join(', ');
}
