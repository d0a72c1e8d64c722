import { EngineError } from '../errors.js';
import type { Batch } from '../feed/batches.js';
import { ADAM } from '../model/adam.js';
import {
  isTrainable,
  type NetworkOptions,
  type Parameter,
  parametersOf,
  sizeOf,
} from '../model/architecture.js';
import { initialValue } from '../model/initialise.js';
import { accuracyOf } from '../scores/classification.js';
import { FLOAT32, INT16 } from '../tensorflow/dataTypes.js';
import { type Engine, openEngine } from '../tensorflow/engine.js';
import type { TracedFunction } from '../tensorflow/tracedFunction.js';
import {
  assignVariable,
  createVariable,
  freeVariable,
  readVariable,
  type Variable,
} from '../tensorflow/variables.js';
import type { Learner, NamedArray, Prediction, StepResult } from './learner.js';
import { BATCH_NORM_MOMENTUM, tracePenalty, tracePrediction, traceStep } from './tracedPrograms.js';

export interface LearnerOptions {
  readonly network: NetworkOptions;
  readonly batchSize: number;
  /** Hounsfield units that become 0 and 1. */
  readonly windowHu: { readonly low: number; readonly high: number };
  readonly learningRate: number;
  readonly l2: number;
  readonly seed: number;
  /** Threads for computing; default: one a core. */
  readonly threads?: number;
}

/** The count of steps in the optimiser's state. */
const STEP = 'adam/step';
/** 1: the moving averages began at 0 and 1, and still hold a share of them; 0: they came from elsewhere. */
const AVERAGES_BEGAN_HERE = 'batch_norm/began_here';

/** A ResNet3D whose training step is one TensorFlow function on one device. Throws EngineError, EnvironmentError. */
export async function createLearner(options: LearnerOptions): Promise<Learner> {
  const engine = openEngine(options.threads === undefined ? {} : { threads: options.threads });
  return new TracedLearner(engine, options);
}

class TracedLearner implements Learner {
  readonly batchSize: number;
  readonly #engine: Engine;
  readonly #options: LearnerOptions;
  readonly #parameters: readonly Parameter[];
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #functions = new Map<string, TracedFunction>();
  #step = 0;
  #lastCall: Promise<void> = Promise.resolve();
  #averagesBeganHere = true;
  #disposed = false;

  constructor(engine: Engine, options: LearnerOptions) {
    this.batchSize = options.batchSize;
    this.#engine = engine;
    this.#options = options;
    this.#parameters = parametersOf(options.network);
    this.#variables = new Map(
      this.#parameters.flatMap((parameter) => {
        const first = initialValue(parameter, options.seed);
        const create = (name: string, value: Float32Array): [string, Variable] => [
          name,
          createVariable(engine, name, parameter.shape, value),
        ];
        if (!isTrainable(parameter)) return [create(parameter.name, first)];
        const zeros = new Float32Array(first.length);
        return [
          create(parameter.name, first),
          create(`adam/m/${parameter.name}`, zeros),
          create(`adam/v/${parameter.name}`, zeros),
        ];
      }),
    );
  }

  async step({ inputHu, labels }: Batch): Promise<StepResult> {
    if (labels.length !== this.batchSize)
      throw new RangeError(`Expected a batch of ${this.batchSize} rows, received ${labels.length}`);
    const given = () => [this.#input(inputHu), this.#array([this.batchSize], labels)];
    const [loss, probabilities] = await this.#call('step', traceStep, given, () => {
      this.#step++;
      return [this.#options.learningRate, ADAM.beta1 ** this.#step, ADAM.beta2 ** this.#step];
    });
    return { loss: loss![0]!, accuracy: accuracyOf(probabilities!, labels) };
  }

  async predict(inputHu: Int16Array, rows: number): Promise<Prediction> {
    const voxels = sizeOf({ shape: this.#options.network.inputSize });
    if (rows < 1 || rows > this.batchSize || inputHu.length < rows * voxels)
      throw new RangeError(
        `Expected 1 to ${this.batchSize} rows of ${voxels} voxels, received ${rows} rows in ${inputHu.length} voxels`,
      );
    const whole = new Int16Array(this.batchSize * voxels);
    whole.set(inputHu.subarray(0, rows * voxels));
    const [probabilities] = await this.#call(
      'predict',
      tracePrediction,
      () => [this.#input(whole)],
      () => [this.#shareOfFirstAverages()],
    );
    return { probabilities: probabilities!.slice(0, rows) };
  }

  async penalty(): Promise<number> {
    const [penalty] = await this.#call('penalty', tracePenalty);
    return penalty![0]!;
  }

  weights(): Promise<Map<string, NamedArray>> {
    return this.#inTurn(
      'weights',
      async () => new Map(this.#parameters.map(({ name }) => [name, this.#read(name)])),
    );
  }

  optimizerState(): Promise<Map<string, NamedArray>> {
    return this.#inTurn('optimizer state', async () => {
      const state = new Map(this.#momentNames().map((name) => [name, this.#read(name)]));
      state.set(STEP, { shape: [], data: Float32Array.of(this.#step) });
      state.set(AVERAGES_BEGAN_HERE, { shape: [], data: Float32Array.of(this.#averagesBeganHere ? 1 : 0) });
      return state;
    });
  }

  load(weights: ReadonlyMap<string, NamedArray>, optimizer?: ReadonlyMap<string, NamedArray>): Promise<void> {
    return this.#inTurn('load', async () => {
      const shapes = new Map([...this.#variables].map(([name, { shape }]) => [name, shape]));
      const moments = this.#momentNames();
      requireSame('weights', weights, new Map(this.#parameters.map(({ name, shape }) => [name, shape])));
      if (optimizer !== undefined)
        requireSame(
          'optimiser state',
          optimizer,
          new Map([
            ...moments.map((name): [string, readonly number[]] => [name, shapes.get(name)!]),
            [STEP, []],
            [AVERAGES_BEGAN_HERE, []],
          ]),
        );
      for (const [name, { data }] of weights) this.#assign(name, data);
      for (const name of moments)
        this.#assign(
          name,
          optimizer?.get(name)?.data ?? new Float32Array(sizeOf({ shape: shapes.get(name)! })),
        );
      const scalar = (name: string): number => optimizer?.get(name)?.data[0] ?? 0;
      this.#step = scalar(STEP);
      this.#averagesBeganHere = scalar(AVERAGES_BEGAN_HERE) === 1;
    });
  }

  /** A call that runs ends before the variables go; calls that wait are refused. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#lastCall.then(() => {
      for (const program of this.#functions.values()) program.dispose();
      for (const variable of this.#variables.values()) freeVariable(this.#engine, variable);
    });
  }

  /**
   * With a momentum of 0.99 the averages of the first some hundred steps hold much of where they began (0 and 1). Predictions
   * take that share out, as Adam does for its moments; after a thousand steps it is nothing.
   */
  #shareOfFirstAverages(): number {
    return this.#averagesBeganHere && this.#step > 0 ? BATCH_NORM_MOMENTUM ** this.#step : 0;
  }

  #momentNames(): string[] {
    return [...this.#variables.keys()].filter((name) => name.startsWith('adam/'));
  }

  #read(name: string): NamedArray {
    const variable = this.#variables.get(name)!;
    return { shape: variable.shape, data: readVariable(this.#engine, variable) };
  }

  #assign(name: string, data: Float32Array): void {
    assignVariable(this.#engine, this.#variables.get(name)!, data);
  }

  /** Two programs at once would read variables that the other is changing: a call waits for those made before it. */
  #inTurn<T>(name: string, call: () => Promise<T>): Promise<T> {
    const result = this.#lastCall.then(() => {
      if (this.#disposed)
        throw new EngineError(name, 'expected a learner in use, received one that was disposed');
      return call();
    });
    this.#lastCall = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  /**
   * Runs a program off the JavaScript thread: all variables in, then tensors, then scalars; results as arrays.
   * The tensors are copied at once, so that the caller may use their memory again; scalars are asked for when it is their turn.
   */
  async #call(
    name: string,
    trace: (engine: Engine, options: LearnerOptions) => TracedFunction,
    tensors: () => number[] = () => [],
    scalars: () => number[] = () => [],
  ): Promise<Float32Array[]> {
    const { binding } = this.#engine;
    const given = tensors();
    const made: number[] = [];
    try {
      return await this.#inTurn(name, async () => {
        const program = this.#functions.get(name) ?? trace(this.#engine, this.#options);
        this.#functions.set(name, program);
        for (const value of scalars()) made.push(this.#array([], Float32Array.of(value)));
        const variables = [...this.#variables.values()].map(({ id }) => id);
        const results = await program.run([...variables, ...given, ...made]);
        made.push(...results.map(({ id }) => id));
        return results.map(({ id }) => binding.tensorDataSync(id) as Float32Array);
      });
    } finally {
      for (const id of [...given, ...made]) binding.deleteTensor(id);
    }
  }

  #input(inputHu: Int16Array): number {
    return this.#engine.binding.createTensor(
      [this.batchSize, ...this.#options.network.inputSize, 1],
      INT16,
      inputHu,
    );
  }

  #array(shape: readonly number[], values: Float32Array): number {
    return this.#engine.binding.createTensor(shape, FLOAT32, values);
  }
}

function requireSame(
  what: string,
  given: ReadonlyMap<string, NamedArray>,
  wanted: ReadonlyMap<string, readonly number[]>,
): void {
  const missing = [...wanted.keys()].filter((name) => !given.has(name));
  const further = [...given.keys()].filter((name) => !wanted.has(name));
  if (missing.length > 0 || further.length > 0)
    throw new EngineError(
      `load ${what}`,
      `expected the ${wanted.size} arrays of this network, received ${given.size}: ${missing.length} missing (${missing.slice(0, 3).join(', ')}), ${further.length} unknown (${further.slice(0, 3).join(', ')})`,
    );
  for (const [name, shape] of wanted) {
    const { shape: received, data } = given.get(name)!;
    if (received.join() !== shape.join() || data.length !== sizeOf({ shape }))
      throw new EngineError(
        `load ${what}`,
        `${name}: expected [${shape.join(', ')}], received [${received.join(', ')}]`,
      );
  }
}
