import { createHash } from 'node:crypto';
import { UsageError } from '../errors.js';
import { given } from '../given.js';
import type { LoggedOperation } from '../tensorflow/binding.js';
import { openEngine } from '../tensorflow/engine.js';
import { type Tensor, type Tensor5D, tensorId, tf } from '../tensorflow/tf.js';
import { isTrainable } from './architecture.js';
import type { GraphNode } from './graph.js';
import type { Network, PieceInputs } from './network.js';
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
  const found = recorded.get(network) ?? new Recording(network).made();
  recorded.set(network, found);
  return found;
}

/** A run of a network's pieces whose operations are written down. */
class Recording {
  readonly #binding = openEngine().binding;
  readonly #values = new Map<number, ReadValue>();
  readonly #lines: string[] = [];
  readonly #used = new Set<string>();
  readonly #reader: GraphReader;

  constructor(private readonly network: Network) {
    this.#reader = new GraphReader(ROWS, network);
  }

  made(): RecordedNetwork {
    try {
      tf.tidy(() => this.#run());
    } finally {
      this.#binding.onOperation = undefined;
    }
    const { name: network, parameters } = this.network;
    const unused = parameters.filter(isTrainable).filter(({ name }) => !this.#used.has(name));
    if (unused.length > 0)
      throw new UsageError(
        `network ${JSON.stringify(network)}: expected pieces that use all parameters, received none that uses ${unused.map(({ name }) => name).join(', ')}`,
      );
    const { refusal, nodes } = this.#reader;
    return {
      digest: createHash('sha256').update(this.#lines.join('\n')).digest('hex'),
      graph: refusal === undefined ? nodes : undefined,
      whyNoGraph: refusal,
    };
  }

  #run(): void {
    const { inputSize, channels, pieces } = this.network;
    let h: Tensor = tf.zeros([ROWS, ...inputSize, channels]);
    this.#values.set(tensorId(h), { text: 'input', node: this.#reader.input });
    this.#binding.onOperation = (operation) => this.#note(operation);
    const inputs: PieceInputs = {
      plain: true,
      weights: <T extends Tensor>(name: string) => this.#weight(name) as T,
      normalise: (name, x) => this.#normalise(name, x),
      dropout: (name, x, rate) => {
        this.#lines.push(`dropout ${name} ${rate} ${this.#textOf(x)}`);
        return x;
      },
    };
    for (const piece of pieces) {
      this.#reader.piece = piece.name;
      this.#lines.push(`piece ${piece.name}`);
      h = piece.run(inputs, h);
    }
    this.#reader.finish(this.#values.get(tensorId(h)));
  }

  #note({ name, attributes, inputIds, outputs }: LoggedOperation): void {
    const inputs = inputIds.map((id) => this.#values.get(id));
    const described = inputs.map((value, i) => value?.text ?? this.#constant(inputIds[i]!));
    this.#lines.push(`${name} ${JSON.stringify(attributes)} ${described.join(', ')}`);
    const numbers = (i: number): readonly number[] => [
      ...(this.#binding.tensorDataSync(inputIds[i]!) as Int32Array),
    ];
    const node = this.#reader.read(name, attributes, inputs, numbers, outputs[0]!.shape);
    for (const [i, { id }] of outputs.entries())
      this.#values.set(id, {
        text: `#${this.#lines.length - 1}.${i}`,
        ...(i === 0 && node !== undefined ? { node } : {}),
      });
  }

  #weight(name: string): Tensor {
    this.#used.add(name);
    const { shape } = this.network.parameters.find((parameter) => parameter.name === name)!;
    const value = this.#unheard(() => tf.zeros([...shape]));
    this.#values.set(tensorId(value), { text: `parameter ${name}`, parameter: name });
    return value;
  }

  #normalise(name: string, x: Tensor5D): Tensor5D {
    for (const kind of ['gamma', 'beta']) this.#used.add(`${name}/${kind}`);
    this.#lines.push(`batch norm ${name} ${this.#textOf(x)}`);
    const node = this.#reader.batchNorm(name, this.#values.get(tensorId(x)), x.shape);
    const y = this.#unheard((): Tensor5D => tf.zeros(x.shape));
    this.#values.set(tensorId(y), {
      text: `#${this.#lines.length - 1}`,
      ...given({ node }),
    });
    return y;
  }

  #textOf(x: Tensor): string | undefined {
    return this.#values.get(tensorId(x))?.text;
  }

  #constant(id: number): string {
    const hash = createHash('sha256').update(String(this.#binding.tensorDataSync(id)));
    return `constant ${hash.digest('hex').slice(0, 16)}`;
  }

  /** Work that is none of the network's. */
  #unheard<T>(work: () => T): T {
    const { onOperation } = this.#binding;
    this.#binding.onOperation = undefined;
    try {
      return work();
    } finally {
      this.#binding.onOperation = onOperation;
    }
  }
}
