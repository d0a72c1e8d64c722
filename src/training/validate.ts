import { performance } from 'node:perf_hooks';
import type { LossSettings } from '../config/lossSettings.js';
import type { EngineError } from '../errors.js';
import type { RowFeed } from '../feed/rowFeed.js';
import type { RowLabels } from '../feed/rowLabels.js';
import { accuracyOf, lossOf } from '../scores/classification.js';
import { youdenThreshold } from '../scores/operatingPoint.js';
import { rocArea } from '../scores/roc.js';
import { predictShared } from './predictRows.js';
import type { ValidationRecord } from './run/metricsLog.js';
import { diverged } from './step/diverged.js';
import type { Learner } from './step/learner.js';
import { meanOwnLoss, type OwnParts, ownMetrics } from './step/ownParts.js';

export interface ValidationWork {
  readonly learner: Learner;
  readonly feed: RowFeed;
  readonly labels: RowLabels;
  readonly rows: Uint32Array;
  readonly loss: LossSettings;
  /** Own loss and metrics. */
  readonly parts?: Pick<OwnParts, 'loss' | 'metrics'>;
  readonly epoch: number;
  readonly step: number;
  /** Of the last step. */
  readonly learningRate: number;
  readonly signal: AbortSignal | undefined;
  /** Called when the network predicts no numbers, before that is thrown. */
  readonly onNoNumbers: () => Promise<void>;
}

/** Scores the rows that choose the best network, which have both classes; of several processes each predicts its part, and all get the same scores. Throws InterruptedError, EngineError. */
export async function validate(work: ValidationWork): Promise<ValidationRecord> {
  const { learner, feed, labels, rows, epoch, step, signal } = work;
  const began = performance.now();
  const classes = Array.from(rows, (row) => labels.classes[row]!);
  const probabilities = await predictShared(learner, feed, rows, signal);
  if (!probabilities.every(Number.isFinite)) {
    await work.onNoNumbers();
    throw noNumbers(work);
  }
  const roc = rocArea(probabilities, classes);
  return {
    kind: 'validation',
    epoch,
    step,
    loss: meanLoss(work, probabilities, classes) + (await learner.penalty()),
    accuracy: accuracyOf(probabilities, classes),
    rocAuc: roc.area,
    rocAucInterval: roc.interval,
    threshold: youdenThreshold(probabilities, classes),
    rows: rows.length,
    seconds: (performance.now() - began) / 1000,
    ...(work.parts?.metrics === undefined
      ? {}
      : { metrics: ownMetrics(work.parts.metrics, probabilities, classes) }),
  };
}

function meanLoss(
  { loss, parts }: ValidationWork,
  probabilities: Float32Array,
  classes: readonly number[],
): number {
  return parts?.loss === undefined
    ? lossOf(loss, probabilities, classes)
    : meanOwnLoss(parts.loss, probabilities, classes);
}

/** A step that was too long may leave weights that are no numbers, though its own loss was one. */
function noNumbers({ epoch, step, learningRate }: ValidationWork): EngineError {
  return diverged(
    'validation',
    `the network predicts NaN after step ${step} (epoch ${epoch}, learning rate ${learningRate})`,
  );
}
