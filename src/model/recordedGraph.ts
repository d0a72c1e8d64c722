import { createHash } from 'node:crypto';
import { UsageError } from '../errors.js';
import type { LoggedOperation } from '../tensorflow/binding.js';
import { openEngine } from '../tensorflow/engine.js';
import { type Tensor, type Tensor5D, tensorId, tf } from '../tensorflow/tf.js';
import { isTrainable } from './architecture.js';
import type { GraphNode } from './graph.js';
import type { Network } from './network.js';
import { GraphReader, type ReadValue } from './readOperations.js';

/** What a network of one's own does, found by running it once. */
export interface RecordedNetwork {
  /** SHA-256 of all its operations in order, with their parameters and constants. */
  readonly digest: string;
  /** Its nodes, where each operation is one that exports know; else undefined, and `whyNoGraph` names the first that is not. */
  readonly graph: readonly GraphNode[] | undefined;
  readonly whyNoGraph: string | undefined;
}

const ROWS = 2;
const recorded = new WeakMap<Network, RecordedNetwork>();

/**
 * Runs the pieces of a network once, on zeros, and writes down what they do. The engine is opened where it is not. Throws UsageError
 * for a piece that fails, for parameters that nothing uses, and for a result that is no logit a row.
 */
export function recordedNetwork(network: Network): RecordedNetwork {
  const found = recorded.get(network) ?? record(network);
  recorded.set(network, found);
  return found;
}

function record(network: Network): RecordedNetwork {
  const { binding } = openEngine();
  const values = new Map<number, ReadValue>();
  const lines: string[] = [];
  const used = new Set<string>();
  const reader = new GraphReader(ROWS, network);
  const constant = (id: number): string =>
    `constant ${createHash('sha256')
      .update(String(binding.tensorDataSync(id)))
      .digest('hex')
      .slice(0, 16)}`;
  const note = ({ name, attributes, inputIds, outputs }: LoggedOperation): void => {
    const inputs = inputIds.map((id) => values.get(id));
    const described = inputs.map((value, i) => value?.text ?? constant(inputIds[i]!));
    lines.push(`${name} ${JSON.stringify(attributes)} ${described.join(', ')}`);
    const numbers = (i: number): readonly number[] => [
      ...(binding.tensorDataSync(inputIds[i]!) as Int32Array),
    ];
    const node = reader.read(name, attributes, inputs, numbers, outputs[0]!.shape);
    for (const [i, { id }] of outputs.entries())
      values.set(id, {
        text: `#${lines.length - 1}.${i}`,
        ...(i === 0 && node !== undefined ? { node } : {}),
      });
  };
  const unheard = <T>(work: () => T): T => {
    const { onOperation } = binding;
    binding.onOperation = undefined;
    try {
      return work();
    } finally {
      binding.onOperation = onOperation;
    }
  };
  const weightOf = (name: string): Tensor =>
    unheard(() => {
      used.add(name);
      const value = tf.zeros([...network.parameters.find((parameter) => parameter.name === name)!.shape]);
      values.set(tensorId(value), { text: `parameter ${name}`, parameter: name });
      return value;
    });
  try {
    tf.tidy(() => {
      let h: Tensor = tf.zeros([ROWS, ...network.inputSize, network.channels]);
      values.set(tensorId(h), { text: 'input', node: reader.input });
      binding.onOperation = note;
      for (const piece of network.pieces) {
        reader.piece = piece.name;
        lines.push(`piece ${piece.name}`);
        h = piece.run(
          {
            plain: true,
            weights: <T extends Tensor>(name: string) => weightOf(name) as T,
            normalise: (name, x) => {
              for (const kind of ['gamma', 'beta']) used.add(`${name}/${kind}`);
              const before = values.get(tensorId(x));
              lines.push(`batch norm ${name} ${before?.text}`);
              const node = reader.batchNorm(name, before, x.shape);
              const y = unheard((): Tensor5D => tf.zeros(x.shape));
              values.set(tensorId(y), {
                text: `#${lines.length - 1}`,
                ...(node === undefined ? {} : { node }),
              });
              return y;
            },
            dropout: (name, x, rate) => {
              lines.push(`dropout ${name} ${rate} ${values.get(tensorId(x))?.text}`);
              return x;
            },
          },
          h,
        );
      }
      reader.finish(values.get(tensorId(h)));
    });
  } finally {
    binding.onOperation = undefined;
  }
  const unused = network.parameters.filter(isTrainable).filter(({ name }) => !used.has(name));
  if (unused.length > 0)
    throw new UsageError(
      `network ${JSON.stringify(network.name)}: expected pieces that use all parameters, received none that uses ${unused.map(({ name }) => name).join(', ')}`,
    );
  return {
    digest: createHash('sha256').update(lines.join('\n')).digest('hex'),
    graph: reader.refusal === undefined ? reader.nodes : undefined,
    whyNoGraph: reader.refusal,
  };
}
