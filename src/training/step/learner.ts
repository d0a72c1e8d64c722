import type { Precision } from '../../config/trainingSettings.js';
import type { Batch } from '../../feed/batches.js';
import type { MapPlaces } from '../../model/receptiveField.js';
import type { Placement } from './placement.js';
import type { DeviceMemory } from './stepMemory.js';

/** What one step brought. */
export interface StepResult {
  /** Mean loss of the batch on all devices (LOSS, with the factors of CLASS_WEIGHTS) plus the L2 penalty, as Keras reports it. */
  readonly loss: number;
  /** Share of all rows on the right side of 0.5. */
  readonly accuracy: number;
  /** Whether any process asked to stop after this step. */
  readonly stop: boolean;
  readonly learningRate: number;
  /** What the loss was multiplied by, where it is scaled (lossScaling.ts). */
  readonly lossScale?: number;
  /** Whether a gradient was not finite, so that nothing was changed; where the loss is scaled. */
  readonly skipped?: boolean;
  readonly times: StepTimes;
}

/** Where a step's time went, in ms. */
export interface StepTimes {
  /** Batch to the device, results back. */
  readonly copyMs: number;
  /** Forward and backward, until all gradients were there. */
  readonly computeMs: number;
  /** From then until the means over devices and processes were there: what the backward pass did not hide. */
  readonly reduceMs: number;
  readonly updateMs: number;
  /** Each stage's passes, where they were asked for. */
  readonly passes: readonly TimedPass[];
}

/** A pass of one stage on one micro-batch. */
export interface TimedPass {
  /** `forward 0`, `backward 0`: the number is the micro-batch's. */
  readonly name: string;
  readonly device: string;
  readonly replica: number;
  readonly stage: number;
  /** Since the step began, in ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a step is asked beside learning. */
export interface StepRequest {
  /** Ask all processes to stop after this step. */
  readonly stop?: boolean;
  /** Measure each stage's passes (another program: its first step takes as long as the first of all). */
  readonly passes?: boolean;
}

/** What the network says of a batch, one number a row: the probability of class 1. */
export interface Prediction {
  /** Probability of class 1, one a row. */
  readonly probabilities: Float32Array;
}

/** Where a network finds what speaks for class 1 in one patch, on the grid of the map behind one of its pieces. */
export interface GradCam {
  /** Of class 1; predict()'s up to rounding, as it is computed alone and not in a batch. */
  readonly probability: number;
  /** Whose map was looked at. */
  readonly piece: string;
  /** Of that map: z, y, x. */
  readonly size: readonly [depth: number, height: number, width: number];
  /** Where they look in the patch. */
  readonly places: MapPlaces;
  /** A value of 0 or more for each of its voxels (z, y, x): channels weighed by the mean gradient of the logit, added up, at least 0. */
  readonly evidence: Float32Array;
}

/** A named array of float32: a weight, a moving average or optimiser state. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A network that can learn: one traced step on one device or many. Steps run off the JavaScript thread; calls made meanwhile wait for their turn.
 * Weights are named as in the model (`s1b1/conv1/kernel`), optimiser state `adam/m/<name>`, `adam/v/<name>`.
 */
export interface Learner {
  /** Rows of this process in a step. */
  readonly batchSize: number;
  /** This process among those that train together, from 0, and their number. */
  readonly rank: number;
  readonly ranks: number;
  /** Devices, cuts and micro-batches of a step. */
  readonly placement: Placement;
  /** Of the convolutions of a step. */
  readonly precision: Precision;
  /** Equal for programs and settings that can train together. */
  digest(): Promise<string>;
  /** What each device holds in a step; an estimate from the traced program. */
  stepMemory(): Promise<readonly DeviceMemory[]>;
  /** One optimiser step. The batch must have `batchSize` rows. */
  step(batch: Batch, request?: StepRequest): Promise<StepResult>;
  /** Probabilities with the moving averages of batch norm; any number of rows up to `batchSize`. */
  predict(inputHu: Int16Array, rows: number): Promise<Prediction>;
  /**
   * Grad-CAM (Selvaraju et al., 2017) of one patch with the moving averages of batch norm, at the end of a piece; default: the last one that
   * gives a map of more than one voxel. Throws UsageError for a piece that is none or gives no map.
   */
  gradCam(patchHu: Int16Array, piece?: string): Promise<GradCam>;
  /** The L2 penalty of the present weights, to add to a validation's cross-entropy. */
  penalty(): Promise<number>;
  /** Weights and batch norm's moving averages. */
  weights(): Promise<Map<string, NamedArray>>;
  /** Adam's moments, and `adam/step` (shape []) = number of steps that changed the weights; likewise of other optimisers; moving averages of weights. */
  optimizerState(): Promise<Map<string, NamedArray>>;
  /** Missing, further or wrongly shaped names are errors. Without `optimizer` its state starts from zero. */
  load(weights: ReadonlyMap<string, NamedArray>, optimizer?: ReadonlyMap<string, NamedArray>): Promise<void>;
  /** The sum of a vector over all processes. */
  sumOverRanks(values: Float32Array): Promise<Float32Array>;
  /** Every process gets the weights and the state of rank 0. */
  broadcast(): Promise<void>;
  /** Frees variables and functions, after a call that runs; calls that wait are refused. Idempotent. */
  dispose(): void;
}
