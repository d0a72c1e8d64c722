import type { Vector3 } from '../../src/volumes/voxels/volume.js';

/** A ball or ellipsoid in voxels. */
export interface Ellipsoid {
  readonly center: Vector3;
  readonly half: Vector3;
}

/** Writes `value` wherever one of the shapes lies. */
export function paint(into: Uint8Array, size: Vector3, shapes: readonly Ellipsoid[], value = 1): void {
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++)
        if (
          shapes.some(
            ({ center: [cx, cy, cz], half: [a, b, c] }) =>
              ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 + ((z - cz) / c) ** 2 <= 1,
          )
        )
          into[(z * size[1] + y) * size[0] + x] = value;
}

export function count(mask: Uint8Array, value = 1): number {
  return mask.reduce((sum, set) => sum + (set === value ? 1 : 0), 0);
}

/** 2 |a and b| / (|a| + |b|) of what is set. */
export function dice(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) both++;
    either += (a[i] ? 1 : 0) + (b[i] ? 1 : 0);
  }
  return (2 * both) / either;
}
