import type { Candidate } from '../candidates/candidate.js';
import { detectedIn } from '../detection/detect.js';
import { throwIfAborted } from '../errors.js';
import { copyMiddle, shapeOfCrop } from '../feed/centralCrop.js';
import { given } from '../given.js';
import type { OwnNetwork } from '../model/ownNetwork.js';
import { cutterOf } from '../patches/cutScan.js';
import { centerVoxelOf, firstVoxelOf, isInside, patchGrid } from '../patches/patchGrid.js';
import type { Progress } from '../progress.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import { createPredictingLearner } from '../training/predictingLearner.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { loadLinked } from '../training/run/loadCheckpoint.js';
import { huPatchesOf } from '../training/run/trainedOn.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { type ExplainOptions, type Explanation, explanationOf } from './explain.js';
import { type HeatMap, type HeatMapOptions, heatMapOf } from './heatMap.js';
import { answersOf, type OpenedCheckpoint, type RunNetwork, requireThin } from './runNetwork.js';

/** Which places of a scan are scored. */
export interface PredictOptions {
  /** Places to be scored; left out: those that detect() finds. */
  readonly candidates?: readonly Pick<Candidate, 'centerWorldMm'>[];
  /** Of detect(): places that are scored. */
  readonly most?: number;
  readonly signal?: AbortSignal;
  /** Hears of detection, then of the places that are scored. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A place with the network's answer. */
export interface PredictedMark {
  readonly centerWorldMm: Vector3;
  /** As detect() measures it; undefined for places of a table. */
  readonly diameterMm?: number;
  /** Of a nodule, for the share of nodules that the run's data have. */
  readonly probability: number;
  /** As the network says it; ranks the marks. */
  readonly networkProbability: number;
  /** What the network saw: HU, z, y, x. */
  readonly patchHu: Int16Array;
}

/** The ranked marks of one scan. */
export interface ScanPrediction {
  /** Best first; of places within one nodule the best. */
  readonly marks: readonly PredictedMark[];
  /** Places that were scored. */
  readonly scored: number;
  /** Places outside the scan. */
  readonly outside: number;
  /** What cutting and scoring them took. */
  readonly scoringSeconds: number;
}

/** A run's network, ready for scans. */
export interface Predictor {
  readonly checkpoint: OpenedCheckpoint;
  readonly format: PatchFormat;
  /** Throws InputError (naming `file`) for a scan that does not fit the run. */
  predict(volume: Volume, file: string, options?: PredictOptions): Promise<ScanPrediction>;
  /** The answer all over the lungs, in windows that overlap. Throws as predict(), and RangeError for a spacing that is none. */
  heatMap(volume: Volume, file: string, options?: HeatMapOptions): Promise<HeatMap>;
  /**
   * What speaks for a nodule in a patch (HU, z, y, x, of the size of the run's patches), by Grad-CAM or occlusion; the same bits each time. Throws
   * RangeError for another number of voxels and for a box that does not fit, UsageError for a piece without a map, InterruptedError.
   */
  explain(patchHu: Int16Array, options: ExplainOptions): Promise<Explanation>;
  /** Gives the network's memory back; nothing can be predicted after it. */
  close(): void;
}

/** Two places of a table nearer than this are one; of detected ones their radius says. */
const SAME_MM = 5;

/**
 * Opens a run's network; `own`: the network of one's own that it was trained with, where no file holds it. Throws InputError for a run that is none, is damaged, or was trained on what is no HU.
 * @example
 * const predictor = await openPredictor(inRepository('runs/start'));
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const { marks } = await predictor.predict(await readVolume(scan), scan.path, { most: 50 });
 * const [best] = marks;
 * if (best !== undefined) {
 *   const { how, peakVoxel } = await predictor.explain(best.patchHu, { method: 'grad-cam' });
 *   console.log(how, peakVoxel);
 * }
 * predictor.close();
 * for (const { centerWorldMm, probability } of marks.slice(0, 5)) console.log(centerWorldMm, probability);
 */
export async function openPredictor(
  run: string,
  link: CheckpointLink = 'best',
  own?: OwnNetwork,
): Promise<Predictor> {
  const { weights, optimizer, ...checkpoint } = await loadLinked(run, link);
  const { config } = checkpoint.meta;
  const format = huPatchesOf(checkpoint.meta, run, 'as scans have');
  const learner = await createPredictingLearner(config, format, { run, network: own });
  await learner.load(weights, optimizer);
  const network = { learner, checkpoint, format };
  return {
    checkpoint,
    format,
    close: () => learner.dispose(),
    predict: (volume, file, options = {}) => predictVolume(network, volume, file, options),
    heatMap: (volume, file, options) => heatMapOf(network, volume, file, options),
    explain: (patchHu, options) => explanationOf(network, patchHu, options),
  };
}

async function predictVolume(
  network: RunNetwork,
  volume: Volume,
  file: string,
  options: PredictOptions,
): Promise<ScanPrediction> {
  requireThin(volume, file);
  const { format } = network;
  const places = options.candidates ?? (await detectedIn(volume, file, options)).marks;
  const grid = patchGrid(volume, format.spacingMm);
  const within = places.filter(({ centerWorldMm }) =>
    isInside(grid, centerVoxelOf(volume, format.spacingMm, centerWorldMm)),
  );
  const began = performance.now();
  const scored = await scorePlaces(network, volume, within, options);
  return {
    marks: withoutDoubles(scored),
    scored: scored.length,
    outside: places.length - within.length,
    scoringSeconds: (performance.now() - began) / 1000,
  };
}

type Place = Pick<PredictedMark, 'centerWorldMm' | 'diameterMm'>;

/** Cut as `crop` cuts, in batches as `evaluate` predicts: the same bits. */
async function scorePlaces(
  network: RunNetwork,
  volume: Volume,
  places: readonly Place[],
  { signal, onProgress }: PredictOptions,
): Promise<PredictedMark[]> {
  const { learner, checkpoint, format } = network;
  const { dim, slices } = format;
  const cut = cutterOf(volume, format);
  const shape = shapeOfCrop(format, checkpoint.meta.config.crop);
  const voxels = shape.dim * shape.dim * shape.slices;
  const marks: PredictedMark[] = [];
  for (let from = 0; from < places.length; from += learner.batchSize) {
    throwIfAborted(signal, 'predicting');
    const some = places.slice(from, from + learner.batchSize);
    const batch = new Int16Array(some.length * voxels);
    const patches = some.map(({ centerWorldMm }, i) => {
      const patchHu = new Int16Array(dim * dim * slices);
      cut(
        firstVoxelOf(centerVoxelOf(volume, format.spacingMm, centerWorldMm), [dim, dim, slices]),
        patchHu,
        0,
      );
      copyMiddle(patchHu, format, shape, batch, i * voxels);
      return patchHu;
    });
    const { probabilities, networkProbabilities } = await answersOf(network, batch, some.length);
    for (const [i, { centerWorldMm, diameterMm }] of some.entries())
      marks.push({
        centerWorldMm,
        ...given({ diameterMm }),
        probability: probabilities[i]!,
        networkProbability: networkProbabilities[i]!,
        patchHu: patches[i]!,
      });
    onProgress?.({ stage: 'predict', done: marks.length, total: places.length, unit: 'patches' });
  }
  return marks;
}

function withoutDoubles(marks: readonly PredictedMark[]): PredictedMark[] {
  const kept: PredictedMark[] = [];
  for (const mark of [...marks].sort((a, b) => b.networkProbability - a.networkProbability))
    if (!kept.some((better) => isWithin(mark, better))) kept.push(mark);
  return kept;
}

function isWithin(
  { centerWorldMm: [x, y, z] }: PredictedMark,
  { centerWorldMm: c, diameterMm }: PredictedMark,
): boolean {
  return Math.hypot(x - c[0], y - c[1], z - c[2]) < Math.max(SAME_MM, (diameterMm ?? 0) / 2);
}
