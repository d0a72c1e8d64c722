import type { Dropout } from '../../model/network.js';
import { attribute } from '../../tensorflow/attributes.js';
import { FLOAT32, INT32 } from '../../tensorflow/dataTypes.js';
import { runOperation, type Tensor, tf } from '../../tensorflow/tf.js';
import type { ProgramOptions } from './programOptions.js';

/** What decides what a step leaves out beside seed, layer and row. */
export interface DropoutPlace {
  /** The step's number, from 1. */
  readonly step: Tensor;
  /** First row of this process in the step's whole batch. */
  readonly firstRow: Tensor;
}

/**
 * In a trace: dropout of rows [from, from + their number) of this process' batch. What is left out follows from the seed, the step, the
 * layer and the row in the whole batch (TensorFlow's stateless random numbers): the same on a resume, and however the work is spread.
 */
export function stepDropout(
  { batchSize, ranks, seed }: ProgramOptions,
  { step, firstRow }: DropoutPlace,
  from: number,
): Dropout {
  return (name, x, rate) => {
    if (!(rate >= 0 && rate < 1))
      throw new RangeError(
        `${name}: expected a share from 0 up to 1 that dropout leaves out, received ${rate}`,
      );
    if (rate === 0) return x;
    const [rows] = x.shape as [number];
    const channels = x.shape.at(-1)!;
    const all = uniform([batchSize * ranks.size, channels], textHash(`${seed}/dropout/${name}`), step);
    const first = firstRow.add(from).cast('int32');
    const own = rowsFrom(all, first, [rows, channels]);
    const shape =
      x.shape.length > 2 ? [rows, ...x.shape.slice(1, -1).map(() => 1), channels] : [rows, channels];
    const kept = tf
      .greaterEqual(own, rate)
      .cast('float32')
      .div(1 - rate);
    return x.mul(kept.reshape(shape));
  };
}

/** Numbers in [0, 1) that two seeds decide. */
function uniform(shape: number[], seed: number, step: Tensor): Tensor {
  const seeds = tf.stack([tf.scalar(seed, 'int32'), step.cast('int32')]);
  return runOperation(
    'StatelessRandomUniform',
    [attribute.type('dtype', FLOAT32), attribute.type('T', INT32), attribute.type('Tseed', INT32)],
    [tf.tensor1d(shape, 'int32'), seeds],
    1,
  )[0]!;
}

function rowsFrom(all: Tensor, first: Tensor, size: number[]): Tensor {
  return runOperation(
    'Slice',
    [attribute.type('T', FLOAT32), attribute.type('Index', INT32)],
    [all, tf.stack([first, tf.scalar(0, 'int32')]), tf.tensor1d(size, 'int32')],
    1,
  )[0]!;
}

/** FNV-1a, 31 bits. */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 1;
}
