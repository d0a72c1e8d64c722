import { join } from 'node:path';
import { InputError, messageOf } from '../errors.js';
import { MOST_FOLDS } from '../feed/folds.js';
import { definiteParts } from '../feed/parts.js';
import type { ScanLabels } from '../feed/rowLabels.js';
import { splitRows } from '../feed/split.js';
import type { TrainConfig } from '../training/run/trainConfig.js';

/** So many scans or subsets at least: one part trains, one chooses, one is held out. */
const FEWEST_FOLDS = 3;

/**
 * The runs of a cross-validation: each holds another subset out, and one behind it chooses the network (or a tenth of the scans,
 * VALIDATION = scans). `wanted` folds are the file's own subsets where it has so many, else folds of whole scans by a seeded hash;
 * left out, the subsets, else ten. Each run lies below `config.run`. All folds are checked before the first is trained. Throws
 * InputError, naming the fold.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const patches = await openPatchFile(data);
 * const settings = { ...readTrainingSettings(), filters: 8, threads: 0 };
 * const config = { ...settings, data, run: inRepository('runs/folds') };
 * const folds = crossvalConfigs(config, scanLabels(patches), 3);
 * patches.close();
 * console.log(folds.map(({ run, holdout }) => `${run} holds ${holdout} out`));
 */
export function crossvalConfigs(config: TrainConfig, labels: ScanLabels, wanted?: number): TrainConfig[] {
  const { data, run } = config;
  const own = subsetsOfAll(labels);
  const scans = new Set(labels.seriesUids).size;
  const folds = foldsFor(config, own.length, scans, wanted);
  if (folds !== 0 && (folds < FEWEST_FOLDS || folds > scans))
    throw new InputError(
      data,
      `expected folds from ${FEWEST_FOLDS} to the number of scans, ${scans}, received ${folds}`,
    );
  const holdouts = folds === 0 ? own : Array.from({ length: folds }, (_, fold) => fold);
  const validation = config.validation === 'scans' ? 'scans' : 'auto';
  return holdouts.map((holdout) => {
    const asked = { ...config, folds, holdout, validation } as const;
    try {
      const parts = definiteParts(labels, asked, data);
      splitRows(labels, parts, data);
      return { ...asked, ...parts, run: join(run, `fold-${holdout}`) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(
        data,
        `fold ${holdout}: ${error.reason}; other folds of whole scans are made with --folds or another --seed`,
        { cause: messageOf(error) },
      );
    }
  });
}

/** Ascending; none where some rows lie in no subset, and so would never be held out. */
function subsetsOfAll({ subsets }: ScanLabels): number[] {
  const all = [...new Set(Array.from(subsets))].sort((a, b) => a - b);
  return all.some((subset) => subset < 0) ? [] : all;
}

/** 0 = the file's own subsets. */
function foldsFor({ folds }: TrainConfig, own: number, scans: number, wanted: number | undefined): number {
  if (wanted !== undefined) return wanted === own ? 0 : wanted;
  if (folds > 0) return folds;
  return own >= FEWEST_FOLDS ? 0 : Math.min(MOST_FOLDS, scans);
}
