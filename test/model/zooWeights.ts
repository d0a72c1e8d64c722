import { initialValue } from '../../src/model/initialise.js';
import type { Network } from '../../src/model/network.js';
import { createRandom } from '../../src/random.js';
import type { NamedArray } from '../../src/training/step/learner.js';

/** Weights away from where training begins, so that averages and factors are told apart; last convolutions of blocks are small, and so are logits. */
export function zooWeights({ parameters }: Network): Map<string, NamedArray> {
  const random = createRandom('weights');
  return new Map(
    parameters.map((parameter) => {
      const scale = /conv[23]\/kernel$/.test(parameter.name) ? 0.3 : 1;
      const data = initialValue(parameter, 16).map((value) => scale * value + random.between(-0.05, 0.05));
      return [parameter.name, { shape: parameter.shape, data }] as const;
    }),
  );
}
