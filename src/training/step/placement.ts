import type { Schedule, Strategy } from '../../config/trainingSettings.js';
import { UsageError } from '../../errors.js';

/** Which device computes which part of a step. */
export interface Placement {
  /** Names of devices by replica, then by stage of the pipeline. */
  readonly devices: readonly (readonly string[])[];
  /** Names of the pieces with which stages 1, 2, ... begin; one fewer than stages. */
  readonly cuts: readonly string[];
  /** Parts of a replica's batch that are computed one after the other; their gradients are added. */
  readonly microBatches: number;
  readonly schedule: Schedule;
}

/** Devices as replicas of pipelines. */
export interface Grid {
  readonly replicas: number;
  readonly stages: number;
}

/** Batch norm over fewer rows than this is noise: a network trains badly. */
export const FEWEST_ROWS = 8;

/** How a strategy divides devices. Throws UsageError. */
export function gridOf(strategy: Strategy, devices: number, stages: number): Grid {
  switch (strategy) {
    case 'single':
      if (devices !== 1)
        throw new UsageError(
          `expected one device with strategy single, received ${devices}: take --strategy data, pipeline or hybrid (STRATEGY), or --devices 1 (NUM_GPUS)`,
        );
      return { replicas: 1, stages: 1 };
    case 'data':
      return { replicas: devices, stages: 1 };
    case 'pipeline':
      return { replicas: 1, stages: devices };
    case 'hybrid':
      if (devices % stages !== 0 || stages < 2)
        throw new UsageError(
          `expected a multiple of the stages, of at least 2, as devices of strategy hybrid, received ${devices} devices and ${stages} stages: take other --devices (NUM_GPUS) or --stages (STAGES)`,
        );
      return { replicas: devices / stages, stages };
  }
}

/** The first devices, replica after replica: the stages of a replica are neighbours. Throws UsageError. */
export function devicesOf({ replicas, stages }: Grid, names: readonly string[]): string[][] {
  if (replicas * stages > names.length)
    throw new UsageError(`expected at most ${names.length} devices, received ${replicas * stages}`);
  return Array.from({ length: replicas }, (_, replica) =>
    names.slice(replica * stages, (replica + 1) * stages),
  );
}

/**
 * Stage of each piece, given all pieces in order and those with which later stages begin.
 * @example
 * stagesOfPieces(['stem', 's1b1', 's2b1', 'head'], ['s2b1']).get('head') //=> 1
 */
export function stagesOfPieces(pieces: readonly string[], cuts: readonly string[]): Map<string, number> {
  const order = cuts.map((cut) => pieces.indexOf(cut));
  return new Map(pieces.map((piece, index) => [piece, order.filter((at) => at <= index).length]));
}

/** Throws UsageError unless there is a cut before each stage but the first, in the order of the network. */
export function requireCuts(pieces: readonly string[], cuts: readonly string[], stages: number): void {
  const order = cuts.map((cut) => pieces.indexOf(cut));
  const inOrder = order.every((at, index) => at > (order[index - 1] ?? 0));
  if (!inOrder || cuts.length !== stages - 1)
    throw new UsageError(
      `--cuts (CUTS): expected ${stages - 1} of the network's parts ${pieces.slice(1).join(', ')}, in this order, received ${cuts.join(', ')}`,
    );
}

/** Rows of one micro-batch. Throws UsageError where the batch cannot be divided. */
export function rowsOfMicroBatch(batchSize: number, parts: number): number {
  if (batchSize % parts !== 0)
    throw new UsageError(
      `expected a batch that can be divided by ${parts} (processes x replicas x micro-batches), received ${batchSize}: take another --batch (BATCH_SIZE)`,
    );
  return batchSize / parts;
}
