import type { Attribute } from '../tensorflow/attributes.js';
import { sizeOf } from './architecture.js';
import { type GraphNode, INPUT, type NetworkOperation } from './graph.js';
import type { Network } from './network.js';

/** A tensor of a network that is being written down. */
export interface ReadValue {
  /** In the list of operations. */
  readonly text: string;
  /** The parameter that it is. */
  readonly parameter?: string;
  /** The node that gives it, or the input. */
  readonly node?: string;
}

/** Reads TensorFlow's operations, one after the other, as nodes of a graph; the first that is none ends it: `refusal` says which. */
export class GraphReader {
  readonly nodes: GraphNode[] = [];
  readonly input = INPUT;
  /** The piece whose operations come. */
  piece = '';
  refusal: string | undefined;
  readonly #rows: number;
  readonly #inputShape: readonly number[];
  /** Of the parameters. */
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  constructor(rows: number, { inputSize, channels, parameters }: Network) {
    this.#rows = rows;
    this.#inputShape = [...inputSize, channels];
    this.#shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  }

  /** The node that gives the operation's result; undefined once there is a refusal. `numbers`: the values of an input. */
  read(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly (ReadValue | undefined)[],
    numbers: (input: number) => readonly number[],
    shape: readonly number[],
  ): string | undefined {
    if (this.refusal !== undefined) return undefined;
    const given = inputs.map((value) => value?.node).filter((node) => node !== undefined);
    const [x] = given;
    const parameter = inputs.find((value) => value?.parameter !== undefined)?.parameter;
    const row = shape.slice(1);
    const attribute = (key: string): unknown => attributes.find((each) => each.name === key)?.value;
    // What parameters alone give is none of the batch's.
    if (x === undefined) return this.#refuse(name, 'on parameters or constants alone');
    if (parameter !== undefined) return this.#withParameter(name, attribute, x, parameter, row);
    switch (name) {
      case 'Relu':
        return this.#add('relu', { kind: 'relu' }, [x], row);
      case 'MaxPool3D':
      case 'AvgPool3D':
        return this.#pool(name, attribute, x, row);
      case 'Add':
      case 'AddV2':
        return given.length === 2 && this.#shapeOf(x).join() === this.#shapeOf(given[1]!).join()
          ? this.#add('add', { kind: 'add' }, given, row)
          : this.#refuse(name, 'of a constant, or of shapes that differ');
      case 'ConcatV2':
        return numbers(inputs.length - 1)[0] === 4 && given.length === inputs.length - 1
          ? this.#add('concat', { kind: 'concat' }, given, row)
          : this.#refuse(name, 'along another axis than the channels');
      case 'Mean':
        return numbers(1).join() === '1,2,3' && row.length === 1
          ? this.#add('mean', { kind: 'meanPool' }, [x], row)
          : this.#refuse(name, 'over other axes than the map');
      case 'Identity':
        return x;
      case 'Cast':
        // TensorFlow.js casts what it takes the mean of, to what it is.
        return attribute('SrcT') === attribute('DstT') ? x : this.#refuse(name);
      case 'Reshape':
        return this.#reshape(x, shape);
      default:
        return this.#refuse(name);
    }
  }

  batchNorm(name: string, x: ReadValue | undefined, shape: readonly number[]): string | undefined {
    if (this.refusal !== undefined) return undefined;
    if (x?.node === undefined) return this.#refuse('batch norm', 'of constants');
    return this.#named(name, { kind: 'batchNorm' }, [x.node], shape.slice(1));
  }

  /** Throws nothing: a result that is no dense layer's is a refusal. */
  finish(y: ReadValue | undefined): void {
    if (this.refusal !== undefined) return;
    const last = this.nodes.at(-1);
    const { operation } = last ?? {};
    if (y?.node !== last?.name || operation?.kind !== 'dense' || operation.units !== 1 || !operation.bias)
      this.#refuse(
        last?.operation.kind ?? 'nothing',
        'at the end, where a dense layer of one unit with a bias is needed',
      );
  }

  #withParameter(
    name: string,
    attribute: (key: string) => unknown,
    x: string,
    parameter: string,
    row: readonly number[],
  ): string | undefined {
    const layer = parameter.slice(0, parameter.lastIndexOf('/'));
    const isKernel = parameter.endsWith('/kernel');
    if (name === 'Conv3D' && isKernel) {
      const [, stride, height, width] = attribute('strides') as number[];
      const [kernel, ...others] = new Set(this.#shapes.get(parameter)!.slice(0, 3));
      if (
        attribute('padding') !== 'SAME' ||
        (stride !== 1 && stride !== 2) ||
        height !== stride ||
        width !== stride
      )
        return this.#refuse(name, 'with other padding than SAME, or other strides than 1 and 2');
      if (others.length > 0) return this.#refuse(name, 'with a kernel that is no cube');
      const operation = {
        kind: 'conv',
        kernel: kernel!,
        stride,
        channels: row.at(-1)!,
        bias: false,
      } as const;
      return this.#named(layer, operation, [x], row);
    }
    if (name === 'BatchMatMulV2' && isKernel && row.length === 1)
      return this.#named(layer, { kind: 'dense', units: row[0]!, bias: false }, [x], row);
    if ((name === 'Add' || name === 'AddV2') && parameter.endsWith('/bias')) {
      const index = this.nodes.findIndex((node) => node.name === layer);
      const node = this.nodes[index];
      if (node !== undefined && node.name === x && 'bias' in node.operation && !node.operation.bias) {
        this.nodes[index] = { ...node, operation: { ...node.operation, bias: true } };
        return x;
      }
    }
    return this.#refuse(name, `with the parameter ${parameter}`);
  }

  #pool(
    name: string,
    attribute: (key: string) => unknown,
    x: string,
    row: readonly number[],
  ): string | undefined {
    const [, kernel, ...others] = attribute('ksize') as number[];
    const [, stride, ...strides] = attribute('strides') as number[];
    const padding = attribute('padding') === 'SAME' ? 'same' : 'valid';
    const isCube =
      others[0] === kernel && others[1] === kernel && strides[0] === stride && strides[1] === stride;
    if (!isCube || (stride !== 1 && stride !== 2))
      return this.#refuse(name, 'with a window that is no cube, or other strides than 1 and 2');
    if (name === 'MaxPool3D')
      return this.#add('pool', { kind: 'maxPool', kernel: kernel!, stride, padding }, [x], row);
    if (padding === 'same') return this.#refuse(name, 'with padding');
    return this.#add('pool', { kind: 'averagePool', kernel: kernel!, stride }, [x], row);
  }

  #reshape(x: string, shape: readonly number[]): string | undefined {
    const from = this.#shapeOf(x);
    const numbers = sizeOf({ shape: from });
    if (shape[0] !== this.#rows) return this.#refuse('Reshape', 'over rows');
    // One logit a row, as a vector.
    if (numbers === 1 && shape.length === 1) return x;
    if (from.length === 4 && shape.length === 2)
      return this.#add('flatten', { kind: 'flatten' }, [x], shape.slice(1));
    return shape.slice(1).join() === from.join()
      ? x
      : this.#refuse('Reshape', 'other than to a vector a row');
  }

  #shapeOf(name: string): readonly number[] {
    if (name === INPUT) return this.#inputShape;
    return this.nodes.find((node) => node.name === name)!.outputShape;
  }

  #add(
    kind: string,
    operation: NetworkOperation,
    inputs: readonly string[],
    outputShape: readonly number[],
  ): string | undefined {
    return this.#named(`${this.piece}/${kind}${this.nodes.length}`, operation, inputs, outputShape);
  }

  #named(
    name: string,
    operation: NetworkOperation,
    inputs: readonly string[],
    outputShape: readonly number[],
  ): string | undefined {
    if (this.nodes.some((node) => node.name === name))
      return this.#refuse(operation.kind, `${name} a second time`);
    this.nodes.push({ name, operation, inputs, outputShape });
    return name;
  }

  #refuse(operation: string, how = ''): undefined {
    this.refusal = `piece ${JSON.stringify(this.piece)} does ${operation}${how === '' ? '' : ` ${how}`}`;
    return undefined;
  }
}
