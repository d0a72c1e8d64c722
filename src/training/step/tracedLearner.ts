import { performance } from 'node:perf_hooks';
import type { Precision } from '../../config/trainingSettings.js';
import type { Batch } from '../../feed/batches.js';
import { type Parameter, sizeOf } from '../../model/architecture.js';
import type { Network } from '../../model/network.js';
import { FLOAT32, INT16 } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import type { TracedFunction } from '../../tensorflow/tracedFunction.js';
import type { GradCam, Learner, NamedArray, Prediction, StepRequest, StepResult } from './learner.js';
import { type LearnerOptions, withDefaults } from './learnerOptions.js';
import { MirroredVariables } from './mirroredVariables.js';
import { requireSame } from './namedArrays.js';
import type { Placement } from './placement.js';
import { EMA, keptNames, microBatchRows, type ProgramOptions } from './programOptions.js';
import { StepCounts } from './stepCounts.js';
import type { DeviceMemory } from './stepMemory.js';
import { timesOf } from './stepTimes.js';
import { type TracedGradCam, traceGradCam } from './tracedGradCam.js';
import { tracePenalty, tracePrediction, traceVectorSum } from './tracedPrograms.js';
import { type TracedStep, traceStep } from './tracedStep.js';
import { Turns } from './turns.js';

type Results = (Float32Array | Float64Array)[];

/** How a program is called: with all variables, unless told otherwise, then tensors, then scalars. */
interface ProgramCall {
  readonly trace: () => TracedFunction;
  readonly tensors?: () => number[];
  readonly scalars?: () => number[];
  readonly withVariables?: boolean;
  /** Called before the call that waits for this one. */
  readonly ended?: (results: Results) => void;
}

/** All processes of a cluster create their learners in the same order. */
let learners = 0;

/** A network whose training step is one TensorFlow function. */
export class TracedLearner implements Learner {
  readonly batchSize: number;
  readonly placement: Placement;
  readonly precision: Precision;
  readonly rank: number;
  readonly ranks: number;
  readonly #engine: Engine;
  readonly #options: Omit<LearnerOptions, 'precision'> & ProgramOptions;
  readonly #parameters: readonly Parameter[];
  readonly #variables: MirroredVariables;
  readonly #programs = new Map<string, TracedFunction>();
  readonly #counts: StepCounts;
  readonly #turns = new Turns();
  /** The training step, and the one that measures its passes. */
  readonly #steps = new Map<boolean, TracedStep>();
  /** By the piece that was asked for. */
  readonly #gradCams = new Map<string | undefined, TracedGradCam>();

  constructor(engine: Engine, options: LearnerOptions & { readonly network: Network }, placement: Placement) {
    this.batchSize = options.batchSize;
    this.placement = placement;
    this.precision = options.precision === 'auto' ? 'float32' : (options.precision ?? 'float32');
    this.rank = engine.cluster?.rank ?? 0;
    this.ranks = engine.cluster?.addresses.length ?? 1;
    this.#engine = engine;
    this.#options = {
      ...withDefaults(options, this.precision),
      placement,
      precision: this.precision,
      ranks: {
        size: this.ranks,
        timeoutSeconds: options.timeoutSeconds ?? 60,
        exchange: options.exchange ?? 'float32',
      },
      firstGroupKey: 1000 * ++learners,
    };
    // A batch that cannot be divided is refused before anything is made.
    microBatchRows(this.#options);
    this.#counts = new StepCounts(this.#options);
    this.#parameters = options.network.parameters;
    this.#variables = new MirroredVariables(
      engine,
      this.#options,
      options.seed,
      options.firstWeights !== 'zero',
    );
  }

  digest(): Promise<string> {
    return this.#turns.take('digest', async () => this.#tracedStep(false).program.digest);
  }

  stepMemory(): Promise<readonly DeviceMemory[]> {
    return this.#turns.take('memory', async () => this.#tracedStep(false).memory);
  }

  async step({ inputHu, labels }: Batch, request: StepRequest = {}): Promise<StepResult> {
    if (labels.length !== this.batchSize)
      throw new RangeError(`Expected a batch of ${this.batchSize} rows, received ${labels.length}`);
    const passes = request.passes === true;
    const { lossScale } = this.#counts;
    let taken = { learningRate: 0, lossScale: 1 };
    const { results, copyMs } = await this.#call(passes ? 'measured step' : 'step', {
      trace: () => this.#tracedStep(passes).program,
      tensors: () => [this.#input(inputHu), this.#array([this.batchSize], labels)],
      scalars: () => {
        const { learningRate, learningRateFactor } = this.#options;
        taken = {
          learningRate: learningRate * (learningRateFactor?.(this.#counts.steps + 1) ?? 1),
          lossScale: lossScale?.scale ?? 1,
        };
        return [
          ...[taken.learningRate, ...this.#counts.scalars, request.stop === true ? 1 : 0],
          ...[this.#counts.steps + 1, this.rank * this.batchSize],
        ];
      },
      ended: ([, , , finite]) => this.#counts.update(finite![0]! > 0),
    });
    const [loss, correct, stop, finite, ...seconds] = results.map(([value]) => value!);
    return {
      loss: loss!,
      accuracy: correct! / (this.batchSize * this.ranks),
      stop: stop! > 0,
      learningRate: taken.learningRate,
      ...(lossScale === undefined ? {} : { lossScale: taken.lossScale, skipped: finite === 0 }),
      times: { copyMs, ...timesOf(seconds, this.#steps.get(passes)!.items) },
    };
  }

  async predict(inputHu: Int16Array, rows: number): Promise<Prediction> {
    const voxels = sizeOf({ shape: this.#options.network.inputSize });
    if (rows < 1 || rows > this.batchSize || inputHu.length < rows * voxels)
      throw new RangeError(
        `Expected 1 to ${this.batchSize} rows of ${voxels} voxels, received ${rows} rows in ${inputHu.length} voxels`,
      );
    const whole = new Int16Array(this.batchSize * voxels);
    whole.set(inputHu.subarray(0, rows * voxels));
    const { results } = await this.#call('predict', {
      trace: () => tracePrediction(this.#engine, this.#options),
      tensors: () => [this.#input(whole)],
      scalars: () => [this.#counts.shareOfFirstAverages],
    });
    return { probabilities: (results[0] as Float32Array).slice(0, rows) };
  }

  async gradCam(patchHu: Int16Array, piece?: string): Promise<GradCam> {
    const voxels = sizeOf({ shape: this.#options.network.inputSize });
    if (patchHu.length !== voxels)
      throw new RangeError(`Expected a patch of ${voxels} voxels, received ${patchHu.length}`);
    const { results } = await this.#call(`grad-cam ${piece ?? ''}`, {
      trace: () => {
        const traced = traceGradCam(this.#engine, this.#options, piece);
        this.#gradCams.set(piece, traced);
        return traced.program;
      },
      tensors: () => [this.#input(patchHu, 1)],
      scalars: () => [this.#counts.shareOfFirstAverages],
    });
    const { program: _, ...map } = this.#gradCams.get(piece)!;
    return { probability: results[0]![0]!, ...map, evidence: results[1] as Float32Array };
  }

  async penalty(): Promise<number> {
    const { results } = await this.#call('penalty', {
      trace: () => tracePenalty(this.#engine, this.#options),
    });
    return results[0]![0]!;
  }

  weights(): Promise<Map<string, NamedArray>> {
    return this.#turns.take(
      'weights',
      async () => new Map(this.#parameters.map(({ name }) => [name, this.#variables.read(name)])),
    );
  }

  optimizerState(): Promise<Map<string, NamedArray>> {
    return this.#turns.take('optimizer state', async () => {
      const kept = keptNames(this.#options).map((name): [string, NamedArray] => [
        name,
        this.#variables.read(name),
      ]);
      return new Map([...kept, ...this.#counts.state]);
    });
  }

  load(weights: ReadonlyMap<string, NamedArray>, optimizer?: ReadonlyMap<string, NamedArray>): Promise<void> {
    return this.#turns.take('load', async () => {
      const kept = keptNames(this.#options);
      requireSame('weights', weights, new Map(this.#parameters.map(({ name, shape }) => [name, shape])));
      if (optimizer !== undefined)
        requireSame(
          'optimiser state',
          optimizer,
          new Map([
            ...kept.map((name): [string, readonly number[]] => [name, this.#variables.shapeOf(name)]),
            ...[...this.#counts.state.keys()].map((name): [string, readonly number[]] => [name, []]),
          ]),
        );
      for (const [name, { data }] of weights) this.#variables.assign(name, data);
      for (const name of kept) {
        const first = name.startsWith(EMA)
          ? weights.get(name.slice(EMA.length + 1))!.data
          : new Float32Array(sizeOf({ shape: this.#variables.shapeOf(name) }));
        this.#variables.assign(name, optimizer?.get(name)?.data ?? first);
      }
      this.#counts.load(optimizer);
    });
  }

  async sumOverRanks(values: Float32Array): Promise<Float32Array> {
    if (this.ranks === 1) return values;
    const { results } = await this.#call(`sum of ${values.length}`, {
      trace: () => traceVectorSum(this.#engine, this.#options, values.length),
      tensors: () => [this.#array([values.length], values)],
      withVariables: false,
    });
    return results[0] as Float32Array;
  }

  /** By the sum of rank 0's values and the others' zeros: exact, and by the calls that a step uses. */
  async broadcast(): Promise<void> {
    if (this.ranks === 1) return;
    const first = this.rank === 0;
    const share = async (arrays: Map<string, NamedArray>): Promise<Map<string, NamedArray>> => {
      const shared = new Map<string, NamedArray>();
      for (const [name, { shape, data }] of arrays)
        shared.set(name, {
          shape,
          data: await this.sumOverRanks(first ? data : new Float32Array(data.length)),
        });
      return shared;
    };
    await this.load(await share(await this.weights()), await share(await this.optimizerState()));
  }

  dispose(): void {
    this.#turns.end(() => {
      for (const program of this.#programs.values()) program.dispose();
      this.#variables.dispose();
    });
  }

  #tracedStep(passes: boolean): TracedStep {
    const step = this.#steps.get(passes) ?? traceStep(this.#engine, this.#options, passes);
    this.#steps.set(passes, step);
    this.#program(passes ? 'measured step' : 'step', () => step.program);
    return step;
  }

  #program(name: string, trace: () => TracedFunction): TracedFunction {
    const program = this.#programs.get(name) ?? trace();
    this.#programs.set(name, program);
    return program;
  }

  /**
   * Runs a program off the JavaScript thread: all variables in, then tensors, then scalars; results as arrays.
   * The tensors are copied at once, so that the caller may use their memory again; scalars are asked for when it is their turn.
   */
  async #call(
    name: string,
    { trace, tensors = () => [], scalars = () => [], withVariables = true, ended }: ProgramCall,
  ): Promise<{ readonly results: Results; readonly copyMs: number }> {
    const { binding } = this.#engine;
    const began = performance.now();
    const given = tensors();
    let copyMs = performance.now() - began;
    const made: number[] = [];
    try {
      return await this.#turns.take(name, async () => {
        const program = this.#program(name, trace);
        for (const value of scalars()) made.push(this.#array([], Float32Array.of(value)));
        const variables = withVariables ? this.#variables.ids : [];
        const outputs = await program.run([...variables, ...given, ...made]);
        made.push(...outputs.map(({ id }) => id));
        const ran = performance.now();
        const results = outputs.map(({ id }) => binding.tensorDataSync(id) as Float32Array | Float64Array);
        copyMs += performance.now() - ran;
        ended?.(results);
        return { results, copyMs };
      });
    } finally {
      for (const id of [...given, ...made]) binding.deleteTensor(id);
    }
  }

  #input(inputHu: Int16Array, rows = this.batchSize): number {
    return this.#engine.binding.createTensor([rows, ...this.#options.network.inputSize, 1], INT16, inputHu);
  }

  #array(shape: readonly number[], values: Float32Array): number {
    return this.#engine.binding.createTensor(shape, FLOAT32, values);
  }
}
