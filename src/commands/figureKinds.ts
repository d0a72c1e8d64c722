import { basename } from 'node:path';
import { UsageError } from '../errors.js';
import { findingScores } from '../evaluation/findingScores.js';
import { patchScores } from '../evaluation/patchScores.js';
import { type ReadersTablesRequest, readersTables } from '../evaluation/readersTables.js';
import { readScoredRows } from '../evaluation/scoredRows.js';
import { scanLabels } from '../feed/rowLabels.js';
import { classBalanceFigure } from '../figures/classBalanceFigure.js';
import type { DrawnFigure } from '../figures/drawing/drawnFigure.js';
import { feedFigure } from '../figures/feedFigure.js';
import { frocFigure } from '../figures/frocFigure.js';
import { gpuMemoryBars, gpuUtilizationFigure } from '../figures/gpuUseFigures.js';
import { huByClassFigure } from '../figures/huHistogram.js';
import { epochEnds } from '../figures/runMarks.js';
import { stepTimeBars, stepTimeFigure } from '../figures/stepTimeFigures.js';
import { trainingFigure } from '../figures/trainingFigures.js';
import { useOverTimeOf } from '../figures/useOverTime.js';
import { openGpuLog } from '../gpu/logs/readGpuLog.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { requireVoxels, sampleVoxels } from '../store/voxelSample.js';
import { classNamesBeside, gpuSource, patchFileOf, recordsOf, rowsFileOf } from './figureSources.js';
import { readersTablesOf } from './options.js';
import { type ScoreFigure, scoreFigure } from './scoreFigureFiles.js';

/** A figure that `voxlab figure` draws from sources. */
export interface FigureKind {
  /** What it is drawn from. */
  readonly needs: string;
  readonly shows: string;
  /** Of how many sources at most; 1. */
  readonly most?: number;
  readonly takesTables?: true;
  readonly draw: (
    sources: readonly string[],
    tables: ReadersTablesRequest,
  ) => DrawnFigure | Promise<DrawnFigure>;
}

const RUN = 'a run';
const SCORES = 'a run, an evaluation, a cross-validation, or a CSV with seriesuid, class, probability';
const PATCHES = 'a patch file';
const LOG = 'a log of GPU use, or a run that has one';

/** By name, in the order in which data flow. */
export const FIGURE_KINDS: Readonly<Record<string, FigureKind>> = {
  'class-balance': {
    needs: PATCHES,
    shows: 'patches of each class in each subset, and the share of nodules',
    draw: ([file]) => ofPatches(file!, (patches) => classBalanceFigure(scanLabels(patches))),
  },
  hu: {
    needs: PATCHES,
    shows: 'intensities (HU) of the patches of each class',
    draw: ([file]) =>
      ofPatches(file!, async (patches) => {
        requireVoxels(file!, await sampleVoxels(patches), 'hu');
        return huByClassFigure(patches);
      }),
  },
  training: {
    needs: RUN,
    shows: 'loss of training and validation, ROC AUC with its interval, learning rate; also while it trains',
    draw: ([run]) => trainingFigure(recordsOf(run!)),
  },
  'step-times': {
    needs: 'a run, or several to compare',
    shows: 'where the time of a step goes: wait, copy, compute, reduce, update, other',
    most: 16,
    draw: (runs) => (runs.length === 1 ? stepTimeFigure(recordsOf(runs[0]!)) : stepTimeBars(namedRuns(runs))),
  },
  feed: {
    needs: RUN,
    shows: 'how batches came: waits, batches ready, reader threads',
    draw: ([run]) => feedFigure(recordsOf(run!)),
  },
  roc: scored('roc', 'ROC curve with its 95 % band, of scans drawn anew'),
  pr: scored('pr', 'precision over recall with its 95 % band'),
  calibration: scored('reliability', 'share of nodules over probability, with 95 % intervals'),
  probabilities: scored('histogram', 'probabilities of each class'),
  froc: {
    needs: SCORES,
    shows: "sensitivity over false positives a scan with its 95 % band, by the readers' nodules",
    takesTables: true,
    draw: ([source], tables) => frocOf(source!, tables),
  },
  gpu: {
    needs: LOG,
    shows: 'use of each GPU over time, with marks where the run was; steps and processors beside it',
    draw: ([source]) => gpuFigure(source!),
  },
  'gpu-memory': {
    needs: LOG,
    shows: 'the most memory that was taken of each GPU',
    draw: async ([source]) => gpuMemoryBars(await useOverTimeOf(openGpuLog(gpuSource(source!).log).samples)),
  },
};

function scored(name: ScoreFigure, shows: string): FigureKind {
  return {
    needs: SCORES,
    shows,
    draw: ([source]) => {
      const file = rowsFileOf(source!);
      const findings = readScoredRows(file).map((finding) => ({ ...finding, notrain: 0 }));
      const scores = patchScores({
        findings,
        thresholds: findings.map(() => 0.5),
        corrected: findings.map(({ probability }) => probability),
      });
      return scoreFigure(name, { ...scores, findings, classNames: classNamesBeside(file) });
    },
  };
}

async function frocOf(source: string, flags: ReadersTablesRequest): Promise<DrawnFigure> {
  const file = rowsFileOf(source);
  const findings = readScoredRows(file, { places: true });
  const uids = new Set(findings.map(({ seriesUid }) => seriesUid));
  const tables = await readersTables(uids, readersTablesOf(flags));
  if (tables === undefined)
    throw new UsageError(
      `no table of nodules knows the scans of ${file}: name it with --annotations (seriesuid, coordX, coordY, coordZ, diameter_mm)`,
    );
  return frocFigure(
    findingScores(
      findings,
      tables,
      findings.map(() => 0.5),
    ).froc,
  );
}

async function gpuFigure(source: string): Promise<DrawnFigure> {
  const { log, run } = gpuSource(source);
  const use = await useOverTimeOf(openGpuLog(log).samples);
  const ends = run === undefined ? [] : epochEnds(recordsOf(run));
  return gpuUtilizationFigure(use, ends.length === 0 ? undefined : ends);
}

async function ofPatches<F>(source: string, draw: (patches: PatchFile) => F | Promise<F>): Promise<F> {
  const patches = await openPatchFile(patchFileOf(source));
  try {
    return await draw(patches);
  } finally {
    patches.close();
  }
}

/** By the last part of their paths; by all of it where two share that. */
function namedRuns(runs: readonly string[]): Record<string, ReturnType<typeof recordsOf>> {
  const names = runs.map((run) => basename(run));
  const isUnique = new Set(names).size === names.length;
  return Object.fromEntries(runs.map((run, at) => [isUnique ? names[at]! : run, recordsOf(run)]));
}
