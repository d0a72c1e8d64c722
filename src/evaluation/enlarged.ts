import type { MapPlaces } from '../model/receptiveField.js';

/** Sizes along z, y, x. */
type Size3 = readonly [depth: number, height: number, width: number];

/**
 * A map (z, y, x) on the grid of the patch: at `places` its values, linear between them along each axis, and down to 0 one step beyond
 * the outer ones, where the network sees nothing. An axis of one value is even.
 */
export function enlarged(map: Float32Array, from: Size3, places: MapPlaces, to: Size3): Float32Array {
  let values = map;
  const size: [number, number, number] = [...from];
  for (const axis of [0, 1, 2] as const) {
    const placeOf = (voxel: number): number => (voxel - places.first[axis]) / places.step[axis];
    values = alongAxis(values, size, axis, to[axis], placeOf);
    size[axis] = to[axis];
  }
  return values;
}

function alongAxis(
  map: Float32Array,
  size: Size3,
  axis: 0 | 1 | 2,
  length: number,
  placeOf: (voxel: number) => number,
): Float32Array {
  const before = size[axis];
  const inner = size.slice(axis + 1).reduce((product, n) => product * n, 1);
  const outer = map.length / (before * inner);
  const values = new Float32Array(outer * length * inner);
  for (let voxel = 0; voxel < length; voxel++) {
    const place = before === 1 ? 0 : placeOf(voxel);
    const lower = Math.floor(place);
    for (const [from, weight] of [
      [lower, 1 - (place - lower)],
      [lower + 1, place - lower],
    ] as const) {
      if (weight === 0 || from < 0 || from >= before) continue;
      for (let o = 0; o < outer; o++)
        for (let k = 0; k < inner; k++)
          values[(o * length + voxel) * inner + k]! += weight * map[(o * before + from) * inner + k]!;
    }
  }
  return values;
}
