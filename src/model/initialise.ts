import { createRandom, type Random } from '../random.js';
import { type Parameter, sizeOf } from './architecture.js';

/** First values of a parameter: he_normal kernels, ones for gamma and variance, zeros else. The seed and the name decide. */
export function initialValue(parameter: Parameter, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(parameter));
  if (parameter.kind === 'kernel')
    heNormal(values, fanIn(parameter), createRandom(`${seed}/${parameter.name}`));
  else if (parameter.kind === 'gamma' || parameter.kind === 'moving_variance') values.fill(1);
  return values;
}

/**
 * Normal values with sd sqrt(2 / fan in), those beyond two sd drawn again; no 0.8796, which later Keras divides by.
 * He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", ICCV 2015.
 */
function heNormal(values: Float32Array, inputs: number, random: Random): void {
  const sd = Math.sqrt(2 / inputs);
  for (let i = 0; i < values.length; i++) {
    let value = random.normal();
    while (Math.abs(value) > 2) value = random.normal();
    values[i] = value * sd;
  }
}

/** Numbers that one output is summed over: all axes but the last. */
function fanIn({ shape }: Parameter): number {
  return sizeOf({ shape: shape.slice(0, -1) });
}
