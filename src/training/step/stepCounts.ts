import { ADAM } from '../../model/optimizers.js';
import type { NamedArray } from './learner.js';
import { LossScale } from './lossScaling.js';
import { scalarArray } from './namedArrays.js';
import type { ProgramOptions } from './programOptions.js';
import { BATCH_NORM_MOMENTUM } from './tracedStep.js';

/** 1: the moving averages began at 0 and 1, and still hold a share of them; 0: they came from elsewhere. */
const AVERAGES_BEGAN_HERE = 'batch_norm/began_here';
const LOSS_SCALE = 'loss_scale/scale';
const GOOD_STEPS = 'loss_scale/good_steps';

/** What a learner counts from step to step beside its variables; kept with the optimiser's state. */
export class StepCounts {
  /** Steps that changed the weights. */
  steps = 0;
  readonly lossScale: LossScale | undefined;
  readonly #stepName: string;
  readonly #ema: Pick<ProgramOptions, 'emaDecay' | 'emaWarmUp'>;
  #averagesBeganHere = true;

  constructor(options: Pick<ProgramOptions, 'optimizer' | 'lossScaling' | 'emaDecay' | 'emaWarmUp'>) {
    const { optimizer, lossScaling } = options;
    this.#ema = options;
    this.#stepName = optimizer.name === 'sgd' ? 'sgd/step' : 'adam/step';
    if (lossScaling) this.lossScale = new LossScale();
  }

  /** Of the next step: Adam's beta powers, the loss' scale, what averages of weights take, in the order of STEP_SCALARS. */
  get scalars(): number[] {
    const step = this.steps + 1;
    return [ADAM.beta1 ** step, ADAM.beta2 ** step, this.lossScale?.scale ?? 1, 1 - this.#emaDecayAt(step)];
  }

  /**
   * An average that began at the first weights holds much of them for some 1 / (1 - decay) steps. With the warm-up it keeps less
   * at first, (1 + step) / (10 + step), as tf.train.ExponentialMovingAverage does with num_updates.
   */
  #emaDecayAt(step: number): number {
    const { emaDecay, emaWarmUp } = this.#ema;
    return emaWarmUp ? Math.min(emaDecay, (1 + step) / (10 + step)) : emaDecay;
  }

  /** After a step; one whose gradients were not finite does not count. */
  update(finite: boolean): void {
    if (finite) this.steps++;
    this.lossScale?.update(finite);
  }

  /**
   * With a momentum of 0.99 the averages of the first some hundred steps hold much of where they began (0 and 1). Predictions
   * take that share out, as Adam does for its moments; after a thousand steps it is nothing.
   */
  get shareOfFirstAverages(): number {
    return this.#averagesBeganHere && this.steps > 0 ? BATCH_NORM_MOMENTUM ** this.steps : 0;
  }

  get state(): Map<string, NamedArray> {
    const numbers: [string, number][] = [
      [this.#stepName, this.steps],
      [AVERAGES_BEGAN_HERE, this.#averagesBeganHere ? 1 : 0],
    ];
    if (this.lossScale !== undefined)
      numbers.push([LOSS_SCALE, this.lossScale.scale], [GOOD_STEPS, this.lossScale.goodSteps]);
    return new Map(numbers.map(([name, value]) => [name, scalarArray(value)]));
  }

  /** From `state` of an equal learner; without it, as after weights from elsewhere. */
  load(state: ReadonlyMap<string, NamedArray> | undefined): void {
    const scalar = (name: string): number => state?.get(name)?.data[0] ?? 0;
    this.steps = scalar(this.#stepName);
    this.#averagesBeganHere = scalar(AVERAGES_BEGAN_HERE) === 1;
    if (this.lossScale === undefined) return;
    const first = new LossScale();
    this.lossScale.scale = state === undefined ? first.scale : scalar(LOSS_SCALE);
    this.lossScale.goodSteps = scalar(GOOD_STEPS);
  }
}

/**
 * Batch norm's averages without what they hold of where they began, as predictions take them (shareOfFirstAverages): weights that
 * go to another network lose the count of their steps. Other arrays stay.
 */
export function averagesAlone(
  weights: ReadonlyMap<string, NamedArray>,
  state: ReadonlyMap<string, NamedArray>,
): ReadonlyMap<string, NamedArray> {
  const scalar = (name: string): number => state.get(name)?.data[0] ?? 0;
  const steps = Math.max(scalar('adam/step'), scalar('sgd/step'));
  if (scalar(AVERAGES_BEGAN_HERE) !== 1 || steps === 0) return weights;
  const share = BATCH_NORM_MOMENTUM ** steps;
  const alone = (name: string, { shape, data }: NamedArray): NamedArray => {
    if (name.endsWith('/moving_mean')) return { shape, data: data.map((mean) => mean / (1 - share)) };
    if (name.endsWith('/moving_variance'))
      return { shape, data: data.map((variance) => (variance - share) / (1 - share)) };
    return { shape, data };
  };
  return new Map([...weights].map(([name, array]) => [name, alone(name, array)]));
}
