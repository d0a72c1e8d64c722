/** What a node of a network computes. `same` pads as TensorFlow's SAME, with nothing that a maximum or mean would see. */
export type NetworkOperation =
  | {
      readonly kind: 'conv';
      readonly kernel: number;
      readonly stride: 1 | 2;
      readonly channels: number;
      readonly bias: boolean;
    }
  | { readonly kind: 'batchNorm' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'maxPool'; readonly kernel: number; readonly stride: 1 | 2; readonly padding: Padding }
  /** Without padding: what is left over at the far side is not seen. */
  | { readonly kind: 'averagePool'; readonly kernel: number; readonly stride: 1 | 2 }
  | { readonly kind: 'add' }
  /** Along the channels. */
  | { readonly kind: 'concat' }
  /** The mean over a map: [n, channels]. */
  | { readonly kind: 'meanPool' }
  /** While training. */
  | { readonly kind: 'dropout'; readonly rate: number }
  /** Maps -> [n, numbers of a row], the channels fastest. */
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dense'; readonly units: number; readonly bias: boolean };

/** `valid`: none. */
export type Padding = 'same' | 'valid';

/** A node of the network; that with parameters is called as they are: `s1b1/conv1` has `s1b1/conv1/kernel`. */
export interface GraphNode<O extends { readonly kind: string } = NetworkOperation> {
  /** Piece and layer. */
  readonly name: string;
  readonly operation: O;
  /** Names of nodes that stand before it, in the same piece or at the end of the one before. */
  readonly inputs: readonly string[];
  /** Of one row: depth, height, width, channels; or channels. */
  readonly outputShape: readonly number[];
}

/** What the first node takes: the voxels in their windows. */
export const INPUT = 'input';

/** Writes a network down, node after node; each method gives the name of its result. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #shapes = new Map<string, readonly number[]>();

  constructor(inputSize: readonly number[], channels: number) {
    this.#shapes.set(INPUT, [...inputSize, channels]);
  }

  channelsOf(name: string): number {
    return this.#shapes.get(name)!.at(-1)!;
  }

  conv(
    name: string,
    input: string,
    kernel: number,
    channels: number,
    { stride = 1, bias = true }: { readonly stride?: 1 | 2; readonly bias?: boolean } = {},
  ): string {
    const size = this.#sizeOf(input).map((n) => Math.ceil(n / stride));
    return this.#add(name, { kind: 'conv', kernel, stride, channels, bias }, [input], [...size, channels]);
  }

  norm(name: string, input: string): string {
    return this.#add(name, { kind: 'batchNorm' }, [input]);
  }

  relu(name: string, input: string): string {
    return this.#add(name, { kind: 'relu' }, [input]);
  }

  normRelu(name: string, input: string): string {
    return this.relu(`${name}/relu`, this.norm(name, input));
  }

  maxPool(name: string, input: string, kernel: number, stride: 1 | 2, padding: Padding): string {
    const shape = this.#pooled(input, kernel, stride, padding);
    return this.#add(name, { kind: 'maxPool', kernel, stride, padding }, [input], shape);
  }

  averagePool(name: string, input: string, kernel: number, stride: 1 | 2): string {
    const shape = this.#pooled(input, kernel, stride, 'valid');
    return this.#add(name, { kind: 'averagePool', kernel, stride }, [input], shape);
  }

  add(name: string, inputs: readonly string[]): string {
    return this.#add(name, { kind: 'add' }, inputs);
  }

  concat(name: string, inputs: readonly string[]): string {
    const channels = inputs.reduce((sum, input) => sum + this.channelsOf(input), 0);
    return this.#add(name, { kind: 'concat' }, inputs, [...this.#sizeOf(inputs[0]!), channels]);
  }

  /** Mean over the map, dropout where there is any, and the logit. */
  head(input: string, dropout: number): string {
    const channels = this.channelsOf(input);
    const features = this.#add('head/pool', { kind: 'meanPool' }, [input], [channels]);
    const kept =
      dropout > 0 ? this.#add('head/dropout', { kind: 'dropout', rate: dropout }, [features]) : features;
    return this.#add('head/dense', { kind: 'dense', units: 1, bias: true }, [kept], [1]);
  }

  #add(
    name: string,
    operation: NetworkOperation,
    inputs: readonly string[],
    outputShape = this.#shapes.get(inputs[0]!)!,
  ): string {
    this.nodes.push({ name, operation, inputs, outputShape });
    this.#shapes.set(name, outputShape);
    return name;
  }

  #sizeOf(name: string): readonly number[] {
    return this.#shapes.get(name)!.slice(0, 3);
  }

  /** No voxel is left (a length of 0) where a map is smaller than a window without padding. */
  #pooled(input: string, kernel: number, stride: number, padding: Padding): readonly number[] {
    const room = (n: number): number => (padding === 'same' ? n : Math.max(0, n - kernel + 1));
    return [...this.#sizeOf(input).map((n) => Math.ceil(room(n) / stride)), this.channelsOf(input)];
  }
}
