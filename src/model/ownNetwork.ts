import { isNetworkName } from '../config/networkNames.js';
import { UsageError } from '../errors.js';
import type { Parameter, ParameterKind } from './architecture.js';
import { type Network, type Piece, type PieceInputs, pieceOf } from './network.js';

/** A network of one's own: pure functions on named parameters. */
export interface OwnNetwork {
  /** As checkpoints call it; none of the table's names. */
  readonly name: string;
  /**
   * Shapes by name: piece, layer and kind, such as `eye/conv/kernel`. Kinds are kernel, bias, gamma, beta, moving_mean and
   * moving_variance; convShapes(), normShapes() and denseShapes() write them.
   */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /** In order: the first takes [batch, depth, height, width, channels], the last gives logits, [batch] or [batch, 1]. */
  readonly pieces: readonly Piece[];
  /** Of the input, each a window of HU (WINDOWS); default 1. */
  readonly channels?: number;
}

const KINDS: readonly string[] = ['kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'];

/**
 * A network of one's own as a learner takes it, for patches of this size (z, y, x). train() does this itself. Throws UsageError that names the
 * piece or parameter.
 * @example
 * const mean: OwnNetwork = {
 *   name: 'mean',
 *   parameters: denseShapes('say/dense', 1),
 *   pieces: [{ name: 'say', run: (p, x) => dense(p, 'say/dense', meanOfMaps(x)) }],
 * };
 * networkOfOwn(mean, [32, 32, 32]).parameters.length //=> 2
 */
export function networkOfOwn(own: OwnNetwork, inputSize: Network['inputSize']): Network {
  const { name, pieces, channels = 1 } = own;
  const refuse = (expected: string): never => {
    throw new UsageError(`network ${JSON.stringify(name)}: ${expected}`);
  };
  if (typeof name !== 'string' || name.trim() === '' || isNetworkName(name))
    refuse('expected a name of its own, which is none of the table');
  if (![1, 2, 3].includes(channels)) refuse(`expected 1 to 3 channels, received ${channels}`);
  const names = pieces.map((piece) => piece.name);
  if (
    names.length === 0 ||
    new Set(names).size < names.length ||
    names.some((piece) => !/^[^/]+$/.test(piece))
  )
    refuse(`expected pieces with a name each, without a slash, received ${names.join(', ') || 'none'}`);
  const parameters = Object.entries(own.parameters).map(([parameter, shape]): Parameter => {
    const kind = parameter.slice(parameter.lastIndexOf('/') + 1);
    if (!KINDS.includes(kind) || !names.includes(pieceOf(parameter)))
      refuse(
        `parameter ${parameter}: expected a name of piece, layer and kind (pieces ${names.join(', ')}; kinds ${KINDS.join(', ')})`,
      );
    if (!shape.every((length) => Number.isSafeInteger(length) && length > 0))
      refuse(`parameter ${parameter}: expected lengths of at least 1, received [${shape.join(', ')}]`);
    return { name: parameter, shape: [...shape], kind: kind as ParameterKind };
  });
  const lacking = parameters.flatMap(({ name: gamma, kind }) =>
    kind === 'gamma' ? lackingOf(own, gamma) : [],
  );
  if (lacking.length > 0) refuse(`expected batch norm with ${lacking.join(', ')}, too`);
  return {
    ...{ name, inputSize, channels, filters: undefined, parameters, layers: undefined, graph: undefined },
    pieces: pieces.map((piece, index) => guarded(own, piece, index === pieces.length - 1)),
  };
}

function lackingOf({ parameters }: OwnNetwork, gamma: string): string[] {
  const layer = gamma.slice(0, gamma.lastIndexOf('/'));
  return ['beta', 'moving_mean', 'moving_variance']
    .map((kind) => `${layer}/${kind}`)
    .filter((name) => !Object.hasOwn(parameters, name));
}

/** A piece sees its own parameters alone, and what it throws says where. */
function guarded(own: OwnNetwork, piece: Piece, isLast: boolean): Piece {
  const where = `network ${JSON.stringify(own.name)}, piece ${JSON.stringify(piece.name)}`;
  const required = (name: string, of: string): void => {
    if (!Object.hasOwn(own.parameters, name))
      throw new UsageError(
        `${where}: expected a parameter ${name} among its parameters (${of}), found ${Object.keys(own.parameters).join(', ')}`,
      );
    if (pieceOf(name) !== piece.name)
      throw new UsageError(
        `${where}: expected parameters of its own, received ${name}: a pipeline may compute the other piece elsewhere`,
      );
  };
  const run: Piece['run'] = (inputs, x) => {
    const seen: PieceInputs = {
      ...inputs,
      weights: (name) => {
        required(name, 'weights');
        if (/\/moving_[a-z]+$/.test(name))
          throw new UsageError(`${where}: expected batch norm by normalise(), received a read of ${name}`);
        return inputs.weights(name);
      },
      normalise: (name, ...given) => {
        required(`${name}/gamma`, 'normalise');
        return inputs.normalise(name, ...given);
      },
    };
    const y = attempted(where, () => piece.run(seen, x));
    return isLast ? asLogits(where, y, x.shape[0]!) : y;
  };
  return { name: piece.name, run };
}

/** What TensorFlow.js throws says neither network nor piece. */
function attempted<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    throw new UsageError(`${where}: ${error.message.split('\n')[0]}`, { cause: error });
  }
}

function asLogits<T extends ReturnType<Piece['run']>>(where: string, y: T, rows: number): T {
  const { shape } = y;
  const fits = shape[0] === rows && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
  if (!fits)
    throw new UsageError(
      `${where}: expected a logit for each row, [${rows}] or [${rows}, 1], received [${shape.join(', ')}]`,
    );
  return (shape.length === 1 ? y : y.reshape([-1])) as T;
}
