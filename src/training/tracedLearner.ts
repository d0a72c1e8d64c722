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
import type { TensorReference } from '../tensorflow/binding.js';
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
    const program = this.#function('step', () => traceStep(this.#engine, this.#options));
    this.#step++;
    const [loss, probabilities] = await this.#run(program, [
      this.#input(inputHu),
      this.#array([this.batchSize], labels),
      this.#scalar(this.#options.learningRate),
      this.#scalar(ADAM.beta1 ** this.#step),
      this.#scalar(ADAM.beta2 ** this.#step),
    ]);
    return { loss: loss![0]!, accuracy: accuracyOf(probabilities!, labels) };
  }

  async predict(inputHu: Int16Array, rows: number): Promise<Prediction> {
    const voxels = this.#options.network.inputSize.reduce((product, n) => product * n, 1);
    if (rows < 1 || rows > this.batchSize || inputHu.length < rows * voxels)
      throw new RangeError(
        `Expected 1 to ${this.batchSize} rows of ${voxels} voxels, received ${rows} rows in ${inputHu.length} voxels`,
      );
    const whole = new Int16Array(this.batchSize * voxels);
    whole.set(inputHu.subarray(0, rows * voxels));
    const program = this.#function('predict', () => tracePrediction(this.#engine, this.#options));
    const [probabilities] = await this.#run(program, [
      this.#input(whole),
      this.#scalar(this.#shareOfFirstAverages()),
    ]);
    return { probabilities: probabilities!.slice(0, rows) };
  }

  async penalty(): Promise<number> {
    const program = this.#function('penalty', () => tracePenalty(this.#engine, this.#options));
    const [penalty] = await this.#run(program, []);
    return penalty![0]!;
  }

  async weights(): Promise<Map<string, NamedArray>> {
    return new Map(this.#parameters.map(({ name }) => [name, this.#read(name)]));
  }

  async optimizerState(): Promise<Map<string, NamedArray>> {
    const state = new Map<string, NamedArray>(this.#momentNames().map((name) => [name, this.#read(name)]));
    state.set(STEP, { shape: [], data: Float32Array.of(this.#step) });
    state.set(AVERAGES_BEGAN_HERE, { shape: [], data: Float32Array.of(this.#averagesBeganHere ? 1 : 0) });
    return state;
  }

  async load(
    weights: ReadonlyMap<string, NamedArray>,
    optimizer?: ReadonlyMap<string, NamedArray>,
  ): Promise<void> {
    const shapes = new Map([...this.#variables].map(([name, { shape }]) => [name, shape]));
    requireSame('weights', weights, new Map(this.#parameters.map(({ name, shape }) => [name, shape])));
    const moments = this.#momentNames();
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
    for (const [name, { data }] of weights) assignVariable(this.#engine, this.#variables.get(name)!, data);
    for (const name of moments) {
      const variable = this.#variables.get(name)!;
      const first = new Float32Array(sizeOf(variable));
      assignVariable(this.#engine, variable, optimizer === undefined ? first : optimizer.get(name)!.data);
    }
    const scalar = (name: string): number => optimizer?.get(name)?.data[0] ?? 0;
    this.#step = scalar(STEP);
    this.#averagesBeganHere = scalar(AVERAGES_BEGAN_HERE) === 1;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const program of this.#functions.values()) program.dispose();
    for (const variable of this.#variables.values()) freeVariable(this.#engine, variable);
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

  #function(name: string, trace: () => TracedFunction): TracedFunction {
    if (this.#disposed)
      throw new EngineError(name, 'expected a learner in use, received one that was disposed');
    const known = this.#functions.get(name) ?? trace();
    this.#functions.set(name, known);
    return known;
  }

  /** Runs off the JavaScript thread: all variables in, then the given tensors, which are freed; results as arrays. */
  async #run(program: TracedFunction, tensorIds: readonly number[]): Promise<Float32Array[]> {
    const { binding } = this.#engine;
    let results: TensorReference[] = [];
    try {
      results = await program.run([...[...this.#variables.values()].map(({ id }) => id), ...tensorIds]);
      return results.map(({ id }) => binding.tensorDataSync(id) as Float32Array);
    } finally {
      for (const id of [...tensorIds, ...results.map((result) => result.id)]) binding.deleteTensor(id);
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

  #scalar(value: number): number {
    return this.#array([], Float32Array.of(value));
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
