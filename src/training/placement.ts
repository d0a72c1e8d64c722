import type { Schedule, Strategy } from '../config/trainingSettings.js';

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

/** How a strategy divides devices. Throws RangeError. */
export function gridOf(strategy: Strategy, devices: number, stages: number): Grid {
  switch (strategy) {
    case 'single':
      if (devices !== 1)
        throw new RangeError(
          `STRATEGY single: expected NUM_GPUS 1, received ${devices}; for more take data, pipeline or hybrid`,
        );
      return { replicas: 1, stages: 1 };
    case 'data':
      return { replicas: devices, stages: 1 };
    case 'pipeline':
      return { replicas: 1, stages: devices };
    case 'hybrid':
      if (devices % stages !== 0 || stages < 2)
        throw new RangeError(
          `STRATEGY hybrid: expected NUM_GPUS to be a multiple of STAGES, of at least 2, received ${devices} devices and ${stages} stages`,
        );
      return { replicas: devices / stages, stages };
  }
}

/** The first devices, replica after replica: the stages of a replica are neighbours. Throws RangeError. */
export function devicesOf({ replicas, stages }: Grid, names: readonly string[]): string[][] {
  if (replicas * stages > names.length)
    throw new RangeError(`expected at most ${names.length} devices, received ${replicas * stages}`);
  return Array.from({ length: replicas }, (_, replica) =>
    names.slice(replica * stages, (replica + 1) * stages),
  );
}

/** Stage of each piece, given all pieces in order and those with which later stages begin. Throws RangeError. */
export function stagesOfPieces(pieces: readonly string[], cuts: readonly string[]): Map<string, number> {
  const order = cuts.map((cut) => pieces.indexOf(cut));
  if (order.some((at, index) => at < 1 || at <= (order[index - 1] ?? 0)))
    throw new RangeError(
      `expected cuts in the order of the network, among ${pieces.slice(1).join(', ')}; received ${cuts.join(', ')}`,
    );
  return new Map(pieces.map((piece, index) => [piece, order.filter((at) => at <= index).length]));
}

/** Rows of one micro-batch. Throws RangeError where the batch cannot be divided. */
export function rowsOfMicroBatch(batchSize: number, parts: number): number {
  if (batchSize % parts !== 0)
    throw new RangeError(
      `expected a batch that can be divided by ${parts} (processes x replicas x micro-batches), received BATCH_SIZE ${batchSize}`,
    );
  return batchSize / parts;
}
