import { isTrainable } from '../../model/architecture.js';
import type { Engine } from '../../tensorflow/engine.js';
import { type Tensor, tf } from '../../tensorflow/tf.js';
import { deviceOfMean, type StepMeans } from './meanGradients.js';
import type { ProgramOptions } from './programOptions.js';
import { enter } from './programParts.js';

/** Good steps after which the scale is doubled. */
export const GROWTH_STEPS = 2000;

/** float16 reaches from 6e-8 to 65504: gradients of a loss as it is would mostly be 0. */
const FIRST_SCALE = 2 ** 15;

/**
 * The number that the loss is multiplied by, and the gradients divided by: as large as float16 bears (Micikevicius et al.,
 * "Mixed Precision Training", ICLR 2018). A power of two, so that nothing is rounded.
 */
export class LossScale {
  scale = FIRST_SCALE;
  /** Since the scale last changed. */
  goodSteps = 0;

  /** After a step: halves the scale where a gradient was not finite, doubles it after many steps where all were. */
  update(finite: boolean): void {
    this.goodSteps = finite ? this.goodSteps + 1 : 0;
    if (!finite) this.scale = Math.max(1, this.scale / 2);
    else if (this.goodSteps === GROWTH_STEPS) {
      this.scale = Math.min(2 ** 127, 2 * this.scale);
      this.goodSteps = 0;
    }
  }
}

/**
 * In a trace: the means of a step whose loss was scaled, with the gradients as they are without; and whether all of them are
 * finite (a bool). The decision is made from the means, which are the same on all devices of all processes.
 */
export function unscaled(
  engine: Engine,
  options: ProgramOptions,
  means: StepMeans,
  scale: Tensor,
): { readonly means: StepMeans; readonly finite: Tensor } {
  const deviceOf = deviceOfMean(options);
  const last = options.placement.devices[0]!.at(-1)!;
  const of = new Map(means.of);
  const flags = options.network.parameters.filter(isTrainable).map(({ name }) => {
    const scaled = means.of.get(name)!;
    enter(engine, deviceOf({ name }));
    of.set(name, scaled.div(scale));
    return tf.isFinite(scaled).all();
  });
  enter(engine, last);
  return { means: { ...means, of }, finite: tf.stack(flags).all() };
}
