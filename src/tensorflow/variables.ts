import { attribute } from './attributes.js';
import type { TensorReference } from './binding.js';
import { FLOAT32 } from './dataTypes.js';
import type { Engine } from './engine.js';
import { valuesIn } from './tensors.js';
import { type Tensor, tensorOf } from './tf.js';

/** A float32 tensor that lives on a device and that traced functions read and change in place. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly device: string;
  /** Number of its resource handle in the binding. */
  readonly id: number;
}

const DTYPE = attribute.type('dtype', FLOAT32);

let created = 0;

/** Makes a variable with a first value; free it with `freeVariable`. */
export function createVariable(
  engine: Engine,
  name: string,
  shape: readonly number[],
  value: Float32Array,
  device = engine.context.defaultDevice.name,
): Variable {
  // The name must be unique in the context: variables of equal name share their memory.
  const sharedName = `${name}#${created++}`;
  const [handle] = onDevice(engine, device, () =>
    engine.binding.executeOp(
      'VarHandleOp',
      [
        DTYPE,
        attribute.shape('shape', shape),
        attribute.string('shared_name', sharedName),
        attribute.string('container', ''),
      ],
      [],
      1,
    ),
  );
  const variable = { name, shape, device, id: handle!.id };
  assignVariable(engine, variable, value);
  return variable;
}

/** Copies values into the variable. Throws RangeError when their number is not the shape's. */
export function assignVariable(
  engine: Engine,
  { name, shape, device, id }: Variable,
  value: Float32Array,
): void {
  const length = valuesIn(shape);
  if (value.length !== length)
    throw new RangeError(
      `${name}: expected ${length} values ([${shape.join(', ')}]), received ${value.length}`,
    );
  const { binding } = engine;
  const tensor = binding.createTensor(shape, FLOAT32, value);
  try {
    onDevice(engine, device, () => binding.executeOp('AssignVariableOp', [DTYPE], [id, tensor], 0));
  } finally {
    binding.deleteTensor(tensor);
  }
}

/** Copies the variable's values out. */
export function readVariable(engine: Engine, { shape, device, id }: Variable): Float32Array {
  const [read] = onDevice(engine, device, () =>
    engine.binding.executeOp('ReadVariableOp', [DTYPE], [id], 1, [shape]),
  );
  try {
    return engine.binding.tensorDataSync(read!.id) as Float32Array;
  } finally {
    engine.binding.deleteTensor(read!.id);
  }
}

export function freeVariable(engine: Engine, { device, id }: Variable): void {
  onDevice(engine, device, () =>
    engine.binding.executeOp('DestroyResourceOp', [attribute.bool('ignore_lookup_error', true)], [id], 0),
  );
  engine.binding.deleteTensor(id);
}

/** In a trace: the value of a variable whose handle is an argument of the function. */
export function tracedValue<T extends Tensor>(
  engine: Engine,
  resource: TensorReference,
  shape: readonly number[],
): T {
  const [value] = engine.binding.executeOp('ReadVariableOp', [DTYPE], [resource.id], 1, [shape]);
  return tensorOf<T>(value!);
}

function onDevice<T>({ binding }: Engine, device: string, run: () => T): T {
  const before = binding.device;
  binding.device = device;
  try {
    return run();
  } finally {
    binding.device = before;
  }
}
