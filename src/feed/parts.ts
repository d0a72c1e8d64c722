import { rowsBySeries } from '../candidates/groupBySeries.js';
import { type Holdout, subsetsOf, type Validation } from '../config/holdout.js';
import { InputError } from '../errors.js';
import { foldedLabels, MOST_FOLDS } from './folds.js';
import type { ScanLabels } from './rowLabels.js';
import type { Parts } from './split.js';

/** What the settings ask for. */
export interface PartsRequest {
  /** Folds made of the series' uids; 0 = the subsets of the file. */
  readonly folds: number;
  readonly holdout: Holdout;
  readonly validation: Validation;
  readonly seed: number;
  /** A scan may lie in several subsets: then it may stand in several parts. */
  readonly allowSharedScans: boolean;
}

/** LUNA16's number for a scan that lies in no subset folder. */
const NO_SUBSET = -1;
const FEWEST_SCANS = 3;

/**
 * Makes the parts definite for a file's own labels. A file without subsets gets folds of whole scans; where no subset is to spare
 * for validation, a tenth of the scans is taken. Asked again with what it gave, it gives the same.
 * Throws InputError (naming `file`) for too few scans, and for scans that lie in several subsets.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const parts = definiteParts(scanLabels(patches), readTrainingSettings(), patches.path);
 * patches.close();
 * console.log(`subset ${parts.holdout} is held out, ${parts.validation} chooses the best network`);
 */
export function definiteParts(labels: ScanLabels, request: PartsRequest, file: string): Parts {
  const { seed } = request;
  const folds = foldsFor(labels, request, file);
  const isDealt = folds !== request.folds;
  const holdout = isDealt ? wrapped(request.holdout, folds) : request.holdout;
  if (folds === 0 && !request.allowSharedScans) requireScansApart(labels, file);
  const folded = foldedLabels(labels, folds, seed, file);
  const validation = request.validation === 'auto' ? validationFor(folded, holdout) : request.validation;
  return { folds, holdout, validation, seed };
}

function foldsFor(
  { subsets, seriesUids }: ScanLabels,
  { folds, holdout }: PartsRequest,
  file: string,
): number {
  const hasSubsets = Array.from(subsets).some((subset) => subset !== NO_SUBSET);
  if (folds > 0 || hasSubsets || subsets.length === 0 || subsetsOf(holdout).includes(NO_SUBSET)) return folds;
  const scans = new Set(seriesUids).size;
  if (scans < FEWEST_SCANS)
    throw new InputError(
      file,
      `expected at least ${FEWEST_SCANS} scans, for training, validation and hold-out, found ${scans}`,
    );
  return Math.min(MOST_FOLDS, scans);
}

/** A file of few scans has fewer folds than the settings may think of. */
function wrapped(holdout: Holdout, folds: number): Holdout {
  const [first, ...others] = [...new Set(subsetsOf(holdout).map((subset) => subset % folds))].sort(
    (a, b) => a - b,
  );
  return others.length === 0 ? first! : [first!, ...others];
}

/** The subset behind the held-out ones, round the end, that has nodules and others and leaves one for training. */
function validationFor({ classes, subsets }: ScanLabels, holdout: Holdout): Holdout | 'scans' {
  const out = subsetsOf(holdout);
  const others = [...new Set(Array.from(subsets))]
    .filter((subset) => !out.includes(subset))
    .sort((a, b) => a - b);
  if (others.length < 2) return 'scans';
  const last = out.at(-1)!;
  const inOrder = [...others.filter((subset) => subset > last), ...others.filter((subset) => subset < last)];
  const classesOf = new Map(inOrder.map((subset) => [subset, new Set<number>()]));
  for (let row = 0; row < subsets.length; row++) classesOf.get(subsets[row]!)?.add(classes[row]!);
  return inOrder.find((subset) => classesOf.get(subset)!.size > 1) ?? inOrder[0]!;
}

/** A scan that is trained on and held out makes a score that means nothing. */
function requireScansApart({ subsets, seriesUids }: ScanLabels, file: string): void {
  const shared = sharedScans({ subsets, seriesUids });
  const [first] = shared;
  if (first === undefined) return;
  throw new InputError(
    file,
    `expected each scan in one subset, found ${shared.length} in several (${first.uid} in ${first.subsets.join(', ')}): their patches would be trained on and held out; split by scan with FOLDS, or allow it with --allow-shared-scans`,
  );
}

/** Scans whose rows lie in several subsets. */
export function sharedScans({
  subsets,
  seriesUids,
}: Pick<ScanLabels, 'subsets' | 'seriesUids'>): { uid: string; subsets: readonly number[] }[] {
  return [...rowsBySeries(seriesUids)]
    .map(([uid, rows]) => ({ uid, subsets: [...new Set(rows.map((row) => subsets[row]!))] }))
    .filter(({ subsets: several }) => several.length > 1)
    .map(({ uid, subsets: several }) => ({ uid, subsets: several.sort((a, b) => a - b) }));
}
