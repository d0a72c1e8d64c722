import type { Precision } from '../../config/trainingSettings.js';
import { isTrainable, type Parameter } from '../../model/architecture.js';
import { type Network, pieceOf } from '../../model/network.js';
import { slotsOf } from '../../model/optimizers.js';
import type { LearnerOptions } from './learnerOptions.js';
import { type Placement, rowsOfMicroBatch, stagesOfPieces } from './placement.js';

/** What the programs of a learner are made of: all that its options say of the arithmetic (learnerOptions.ts), and where it is done. */
export interface ProgramOptions
  extends Required<
    Pick<
      LearnerOptions,
      | 'batchSize'
      | 'windowHu'
      | 'moreWindows'
      | 'l2'
      | 'seed'
      | 'batchLoss'
      | 'optimizer'
      | 'syncBatchNorm'
      | 'lossScaling'
      | 'recompute'
      | 'clipNorm'
      | 'emaDecay'
      | 'emaWarmUp'
    >
  > {
  readonly network: Network;
  readonly precision: Precision;
  readonly placement: Placement;
  /** Processes that train together, how long they wait for each other, and how large gradients travel between them. */
  readonly ranks: {
    readonly size: number;
    readonly timeoutSeconds: number;
    readonly exchange: 'float32' | 'bfloat16';
  };
  /** First of the thousand keys of this learner's groups (collectives.ts): a key stands for one group in a process' life. */
  readonly firstGroupKey: number;
}

/** Who sums together: vectors outside of a step; gradients by stage; batch norm by stage. */
export function groupKey(
  { firstGroupKey }: Pick<ProgramOptions, 'firstGroupKey'>,
  kind: 'vectors' | 'gradients' | 'batch norm',
  stage = 0,
): number {
  return firstGroupKey + { vectors: 0, gradients: 1, 'batch norm': 500 }[kind] + stage;
}

/** A variable of each replica. */
export interface LearnerVariable {
  /** As the parameter, or with the slot before it: `adam/m/s1b1/conv1/kernel`. */
  readonly name: string;
  readonly parameter: Parameter;
}

/** The moving average of a weight. */
export const EMA = 'ema';

/** The variables of one replica in order: a parameter is followed by what is kept for it. */
export function variablesOf({
  network,
  optimizer,
  emaDecay,
}: Pick<ProgramOptions, 'network' | 'optimizer' | 'emaDecay'>): LearnerVariable[] {
  const slots = [...slotsOf(optimizer.name), ...(emaDecay > 0 ? [EMA] : [])];
  return network.parameters.flatMap((parameter) => {
    const kept = isTrainable(parameter) ? slots : [];
    return [parameter.name, ...kept.map((slot) => `${slot}/${parameter.name}`)].map((name) => ({
      name,
      parameter,
    }));
  });
}

/** Everything of a replica but weights and batch norm's averages. */
export function keptNames(options: Parameters<typeof variablesOf>[0]): string[] {
  return variablesOf(options).flatMap(({ name, parameter }) => (name === parameter.name ? [] : [name]));
}

/** Stage that computes each piece, by its name. */
export function stagesOf({
  network,
  placement,
}: Pick<ProgramOptions, 'network' | 'placement'>): ReadonlyMap<string, number> {
  return stagesOfPieces(
    network.pieces.map(({ name }) => name),
    placement.cuts,
  );
}

/** Stage that computes a parameter's piece. */
export function stageOfParameters(
  options: Parameters<typeof stagesOf>[0],
): (parameter: Pick<Parameter, 'name'>) => number {
  const stages = stagesOf(options);
  return ({ name }) => stages.get(pieceOf(name))!;
}

/** Rows that a device computes at once. Throws UsageError where the batch cannot be divided. */
export function microBatchRows({ batchSize, placement }: ProgramOptions): number {
  return rowsOfMicroBatch(batchSize, placement.devices.length * placement.microBatches);
}

/** Part of a micro-batch in a mean over all of them, in all replicas and processes. */
export function shareOfMicroBatch({ placement, ranks }: ProgramOptions): number {
  return 1 / (placement.devices.length * placement.microBatches * ranks.size);
}
