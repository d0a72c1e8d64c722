import type { TensorReference } from '../../tensorflow/binding.js';
import type { Address } from '../../tensorflow/capi.js';
import { FLOAT64 } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import { type Tensor, tensorId } from '../../tensorflow/tf.js';
import type { WorkItem } from '../../tensorflow/workItem.js';
import { runInOrder, stampItems } from '../../tensorflow/workItems.js';
import type { StepTimes, TimedPass } from './learner.js';
import type { ProgramOptions } from './programOptions.js';
import type { ReplicaGradients } from './replicaGradients.js';

/** When the parts of a step run: their order, and their times in the seconds that the step returns. */

/** A part of a step whose time was measured. */
export type MeasuredItem = Omit<TimedPass, 'fromMs' | 'toMs'>;

/** Puts the passes of each stage into their order, and measures them if wanted. */
export function arrange(
  engine: Engine,
  { placement }: ProgramOptions,
  replicas: readonly ReplicaGradients[],
  measured: boolean,
): { readonly items: MeasuredItem[]; readonly times: TensorReference[] } {
  const { trace } = engine.binding;
  const found: MeasuredItem[] = [];
  const times: TensorReference[] = [];
  for (const [replica, { items }] of replicas.entries()) {
    const stageOf = new Map(items.flatMap((ofStage, stage) => ofStage.map((item) => [item, stage])));
    for (const queue of placement.microBatches > 1 ? items : queuesOfOne(items))
      if (measured)
        for (const { item, began, ended } of stampItems(trace, queue, engine.context.hostDevice.name)) {
          found.push({ name: item.name, device: item.device!, replica, stage: stageOf.get(item)! });
          times.push(timeOf(engine, began), timeOf(engine, ended));
        }
      else if (placement.microBatches > 1) runInOrder(trace, queue);
  }
  return { items: found, times };
}

/** Of a single micro-batch, by device: stages that share one take turns, or the time of each would hold that of others. */
function queuesOfOne(items: ReplicaGradients['items']): WorkItem[][] {
  const inOrder = [
    ...items.map(([forward]) => forward!),
    ...items.map(([, backward]) => backward!).reverse(),
  ];
  const devices = new Set(inOrder.map(({ device }) => device));
  return [...devices].map((device) => inOrder.filter((item) => item.device === device));
}

/** From the seconds that a step returns: those of the step, then each item's. */
export function timesOf(
  seconds: readonly number[],
  items: readonly MeasuredItem[],
): Omit<StepTimes, 'copyMs'> {
  const [began, gradients, means, ended, ...ofItems] = seconds.map((time) => 1000 * time);
  return {
    computeMs: gradients! - began!,
    reduceMs: means! - gradients!,
    updateMs: ended! - means!,
    passes: items.map((item, index) => ({
      ...item,
      fromMs: ofItems[2 * index]! - began!,
      toMs: ofItems[2 * index + 1]! - began!,
    })),
  };
}

/** Points of time within a step. */
export class Moments {
  readonly marked: TensorReference[] = [];
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** When all these tensors, and side effects, are there. */
  mark(tensors: readonly Tensor[], sideEffects: readonly Address[] = []): Address {
    const { binding, context } = this.#engine;
    const nodes = tensors.map((tensor) => binding.tracedOutput(tensorId(tensor)).output.oper);
    const output = binding.trace.marker('Timestamp', [...nodes, ...sideEffects], context.hostDevice.name);
    this.marked.push(timeOf(this.#engine, output));
    return output.oper;
  }
}

function timeOf({ binding }: Engine, output: { readonly oper: Address; readonly index: number }) {
  return binding.addTraced({ output, shape: [], dtype: FLOAT64 });
}
