import { isTrainable, type Parameter } from '../../model/architecture.js';
import { reachedPart } from '../../model/fastConvolutions.js';
import { slotsOf, type WeightSlots } from '../../model/optimizers.js';
import { attribute, castAttributes } from '../../tensorflow/attributes.js';
import type { TensorReference } from '../../tensorflow/binding.js';
import { FLOAT32, INT16, INT32, RESOURCE } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import type { TensorSpec } from '../../tensorflow/tensors.js';
import { type Tensor, type Tensor5D, tensorId, tensorOf, tf } from '../../tensorflow/tf.js';
import { tracedValue } from '../../tensorflow/variables.js';
import type { WorkItem } from '../../tensorflow/workItem.js';
import { EMA, type ProgramOptions, variablesOf } from './programOptions.js';

/** The nodes that follow belong to this device and to this part of the schedule. */
export function enter({ binding }: Engine, device: string, item?: WorkItem): void {
  binding.trace.device = device;
  binding.trace.item = item;
}

export function variableSpecs(options: ProgramOptions): TensorSpec[] {
  const count = options.placement.devices.length * variablesOf(options).length;
  return Array.from({ length: count }, () => ({ shape: [], dtype: RESOURCE }));
}

/** The variables of one replica, as arguments of a program whose arguments begin with all variables. */
export class ReplicaVariables {
  readonly parameters: readonly Parameter[];
  readonly trainable: readonly Parameter[];
  readonly #engine: Engine;
  readonly #options: ProgramOptions;
  readonly #byName: ReadonlyMap<string, TensorReference>;

  constructor(engine: Engine, options: ProgramOptions, given: readonly TensorReference[], replica: number) {
    const variables = variablesOf(options);
    const from = replica * variables.length;
    this.#engine = engine;
    this.#options = options;
    this.#byName = new Map(variables.map(({ name }, index) => [name, given[from + index]!]));
    this.parameters = options.network.parameters;
    this.trainable = this.parameters.filter(isTrainable);
  }

  reference(name: string): TensorReference {
    return this.#byName.get(name)!;
  }

  slots({ name, kind }: Parameter): WeightSlots & { readonly isKernel: boolean } {
    const slots = slotsOf(this.#options.optimizer.name).map((slot) => this.reference(`${slot}/${name}`));
    return { weight: this.reference(name), slots, isKernel: kind === 'kernel' };
  }

  /** The value at this point of the program. */
  read<T extends Tensor>({ name, shape }: Pick<Parameter, 'name' | 'shape'>): T {
    return tracedValue<T>(this.#engine, this.reference(name), shape);
  }

  /** As `read`, but of a kernel the part that its map reaches. */
  readReached(parameter: Parameter): Tensor {
    const value = this.read(parameter);
    return parameter.reach === undefined ? value : reachedPart(value as Tensor5D, parameter.reach);
  }

  /** What predictions use: the moving average of a weight where it is kept. */
  readForUse<T extends Tensor>(parameter: Parameter): T {
    const averaged = this.#options.emaDecay > 0 && isTrainable(parameter);
    return this.read<T>({ ...parameter, name: averaged ? `${EMA}/${parameter.name}` : parameter.name });
  }
}

/** Rows [from, from + count) of an argument, cut on the computer's own processor, where arguments lie. */
export function rowsOf(
  engine: Engine,
  { id, shape, dtype }: TensorReference,
  from: number,
  count: number,
): TensorReference {
  enter(engine, engine.context.hostDevice.name);
  const begin = shape.map((_, axis) => (axis === 0 ? from : 0));
  const size = shape.map((length, axis) => (axis === 0 ? count : length));
  const index = (values: readonly number[]) =>
    engine.binding.createTensor([values.length], INT32, Int32Array.from(values));
  const [rows] = engine.binding.executeOp(
    'Slice',
    [attribute.type('T', dtype), attribute.type('Index', INT32)],
    [id, index(begin), index(size)],
    1,
  );
  return rows!;
}

/** Hounsfield units (int16) -> [0, 1], or z-scores where a window does not clip, on the device; a channel for each window. */
export function inWindows(
  { binding }: Engine,
  voxels: TensorReference,
  { windowHu, moreWindows }: ProgramOptions,
): Tensor5D {
  const [floats] = binding.executeOp('Cast', castAttributes(INT16, FLOAT32), [voxels.id], 1);
  const values = tensorOf<Tensor5D>(floats!);
  const channels = [windowHu, ...moreWindows].map(
    ({ low, high, clip = true }): Tensor5D =>
      (clip ? values.clipByValue(low, high) : values).sub(low).div(high - low),
  );
  return channels.length === 1 ? channels[0]! : tf.concat(channels, 4);
}

/** As a program returns it. */
export function referenceOf(tensor: Tensor): TensorReference {
  return { id: tensorId(tensor), shape: tensor.shape, dtype: FLOAT32 };
}

/** A tensor of the trace by its number, also after TensorFlow.js has tidied it. */
export function revived<T extends Tensor>({ binding }: Engine, id: number): T {
  return tensorOf<T>(binding.addTraced(binding.tracedOutput(id)));
}
