import type { Random } from '../../src/random.js';
import type { Geometry, Matrix3, Vector3 } from '../../src/volumes/voxels/volume.js';

/** Any rotation (a uniform unit quaternion), half of them with a reflection; spacing 0.3 to 5 mm, a far origin, a small size. */
export function randomGeometry(random: Random): Geometry {
  const raw = [0, 1, 2, 3].map(() => random.normal());
  const length = Math.hypot(...raw);
  const [w, x, y, z] = raw.map((part) => part / length) as [number, number, number, number];
  const sign = random.uniform() < 0.5 ? -1 : 1;
  const direction: Matrix3 = [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    sign * 2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    sign * 2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    sign * (1 - 2 * (x * x + y * y)),
  ];
  const three = (draw: () => number): Vector3 => [draw(), draw(), draw()];
  return {
    size: three(() => 8 + random.integer(16)),
    spacingMm: three(() => random.between(0.3, 5)),
    originMm: three(() => random.between(-1500, 1500)),
    direction,
  };
}
