import type { EpochRecord, StepRecord, ValidationRecord } from '../../src/training/run/metricsLog.js';

/** A step whose parts take 1, 2, 20, 3 and 4 ms of 40. */
export function stepRecord(step: number, more: Partial<StepRecord> = {}): StepRecord {
  return {
    ...{ kind: 'step', epoch: 1 + Math.floor((step - 1) / 20), step, loss: 1 / step, accuracy: 0.5 },
    ...{ patchesPerSecond: 400, waitShare: 1 / 40, batchesReady: 1, learningRate: 1e-3 / step },
    ms: { wait: 1, copy: 2, compute: 20, reduce: 3, update: 4 },
    ...more,
  };
}

export function validationRecord(step: number, loss: number): ValidationRecord {
  return {
    ...{ kind: 'validation', epoch: step / 20, step, loss, accuracy: 0.75, rocAuc: 0.9 },
    ...{ rocAucInterval: [0.8, 0.95], threshold: 0.5, rows: 10, seconds: 1 },
  };
}

export function epochRecord(epoch: number, step: number): EpochRecord {
  return {
    ...{ kind: 'epoch', epoch, step, seconds: 1, patchesPerSecond: 400, starvedShare: 0.02 },
    feed: { rows: 10, rowsPerSecond: 10, megabytesPerSecond: 1, busyShare: 0.1, slots: 4 },
    ...{ checkpoint: 'epoch-0001', best: true },
  };
}
