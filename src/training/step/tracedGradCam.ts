import { UsageError } from '../../errors.js';
import { sizeOf } from '../../model/architecture.js';
import type { Network, Piece } from '../../model/network.js';
import { placesOfPiece } from '../../model/receptiveField.js';
import { FLOAT32, INT16 } from '../../tensorflow/dataTypes.js';
import type { Engine } from '../../tensorflow/engine.js';
import { type Tensor, type Tensor5D, tf } from '../../tensorflow/tf.js';
import { type TracedFunction, traceFunction } from '../../tensorflow/tracedFunction.js';
import type { GradCam } from './learner.js';
import { type ProgramOptions, stagesOf } from './programOptions.js';
import { enter, inWindows, ReplicaVariables, referenceOf, variableSpecs } from './programParts.js';
import { inputsInUse } from './tracedPrograms.js';

export interface TracedGradCam extends Pick<GradCam, 'piece' | 'size' | 'places'> {
  /** Arguments: variables, the voxels of one patch, the share of the averages' first values. Results: probability; evidence. */
  readonly program: TracedFunction;
}

/** One patch, by the first replica. Throws UsageError for a piece that is none or gives no map. */
export function traceGradCam(engine: Engine, options: ProgramOptions, wanted?: string): TracedGradCam {
  const { network, placement } = options;
  const stages = stagesOf(options);
  const inputs = [
    ...variableSpecs(options),
    { shape: [1, ...network.inputSize, 1], dtype: INT16 },
    { shape: [], dtype: FLOAT32 },
  ];
  let taken: Pick<GradCam, 'piece' | 'size'> | undefined;
  const program = traceFunction(engine, 'grad_cam', inputs, (given) => {
    const [voxels, firstShare] = given.slice(-2);
    const devices = placement.devices[0]!;
    enter(engine, devices[0]!);
    const inUse = inputsInUse(new ReplicaVariables(engine, options, given, 0), firstShare!);
    const run = ({ name, run }: Piece, h: Tensor): Tensor => {
      enter(engine, devices[stages.get(name)!]!);
      return run(inUse, h);
    };
    // What stands behind the chosen piece is computed once more under the gradient; TensorFlow leaves out what nobody takes.
    let last: Tensor = inWindows(engine, voxels!, options);
    const results = network.pieces.map((piece) => (last = run(piece, last)));
    const at = chosenPiece(network, results, wanted);
    const map = results[at] as Tensor5D;
    const [, depth, height, width] = map.shape;
    taken = { piece: network.pieces[at]!.name, size: [depth, height, width] };
    const behind = network.pieces.slice(at + 1);
    const { value, grad } = tf.valueAndGrad((h: Tensor) => behind.reduce((x, piece) => run(piece, x), h))(
      map,
    );
    const weights = grad.mean([1, 2, 3], true);
    return [referenceOf(value.sigmoid()), referenceOf(map.mul(weights).sum(4).relu())];
  });
  const { piece, size } = taken!;
  return { program, piece, size, places: placesOfPiece(network, piece, size) };
}

/** The index of the piece that was asked for, or of the last one with a map: one voxel alone says nothing of where. */
function chosenPiece({ name, pieces }: Network, results: readonly Tensor[], wanted?: string): number {
  const known = pieces
    .filter(
      (_, index) => results[index]!.rank === 5 && sizeOf({ shape: results[index]!.shape.slice(1, 4) }) > 1,
    )
    .map((piece) => piece.name);
  if (known.length === 0)
    throw new UsageError(
      `${name}: expected a piece that gives a map, found none: take occlusion, which needs none`,
    );
  const chosen = wanted ?? known.at(-1)!;
  if (!known.includes(chosen))
    throw new UsageError(
      `${name}: expected a piece that gives a map (${known.join(', ')}), received ${JSON.stringify(chosen)}`,
    );
  return pieces.findIndex((piece) => piece.name === chosen);
}
