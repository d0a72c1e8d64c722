import { samePaddingOfAxis } from './axisPadding.js';
import { type GraphNode, INPUT, type NetworkOperation } from './graph.js';
import { type Network, pieceOf } from './network.js';
import { recordedNetwork } from './recordedGraph.js';

/** Where the voxels of a map look, in voxels of the patch along z, y, x: voxel i of the map at first + i * step. */
export interface MapPlaces {
  readonly first: readonly [number, number, number];
  readonly step: readonly [number, number, number];
}

/** What a voxel of a map sees along an axis: from `low` to `high` for the map's voxel 0, `step` further for each next one. */
interface Field {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/**
 * The middle of what each voxel of a piece's map sees, padding included. TensorFlow's SAME pads less at the near side: behind four strides of
 * 2 voxel 0 of a map looks at voxel 15 and not at 7.5, the middle of its share of the patch. That share is taken for a
 * network of one's own that cannot be written as a graph.
 */
export function placesOfPiece(
  network: Network,
  piece: string,
  mapSize: readonly [number, number, number],
): MapPlaces {
  const graph = network.graph ?? recordedNetwork(network).graph;
  const along = (of: (axis: number) => number): [number, number, number] => [of(0), of(1), of(2)];
  if (graph === undefined) {
    const step = along((axis) => network.inputSize[axis]! / mapSize[axis]!);
    return { step, first: along((axis) => (step[axis]! - 1) / 2) };
  }
  const fields = [0, 1, 2].map((axis) => fieldBehind(graph, piece, network.inputSize[axis]!, axis));
  return {
    step: along((axis) => fields[axis]!.step),
    first: along((axis) => (fields[axis]!.low + fields[axis]!.high) / 2),
  };
}

function fieldBehind(graph: readonly GraphNode[], piece: string, edge: number, axis: number): Field {
  const fields = new Map<string, Field>([[INPUT, { low: 0, high: 0, step: 1 }]]);
  const lengths = new Map([[INPUT, edge]]);
  let last = fields.get(INPUT)!;
  for (const { name, operation, inputs, outputShape } of graph) {
    if (outputShape.length < 4) break;
    const given = inputs.map((input) => fields.get(input)!);
    // Ways that meet (a block and its shortcut): what either sees.
    const met = {
      low: Math.min(...given.map(({ low }) => low)),
      high: Math.max(...given.map(({ high }) => high)),
      step: given[0]!.step,
    };
    const field = seenThrough(met, operation, lengths.get(inputs[0]!)!);
    fields.set(name, field);
    lengths.set(name, outputShape[axis]!);
    if (pieceOf(name) === piece) last = field;
  }
  return last;
}

function seenThrough({ low, high, step }: Field, operation: NetworkOperation, length: number): Field {
  if (!('kernel' in operation)) return { low, high, step };
  const { kernel, stride } = operation;
  const isPadded =
    operation.kind === 'conv' || (operation.kind === 'maxPool' && operation.padding === 'same');
  const before = isPadded ? samePaddingOfAxis(length, kernel, stride)[0] : 0;
  return { low: low - before * step, high: high + (kernel - 1 - before) * step, step: step * stride };
}
