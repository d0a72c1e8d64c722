import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import type { Vector3 } from './volume.js';

/** No chest CT is finer or coarser, in mm: what is has another unit, or a field that means something else. */
const FINEST_MM = 0.05;
const COARSEST_MM = 20;

/**
 * Refuses a spacing that no CT of a chest has: every position would be wrong, and no message further on could say why.
 * Throws InputError naming `field`, where the spacing comes from, and its line.
 */
export function requirePlausibleSpacing(
  spacingMm: Vector3,
  file: string,
  field: string,
  line?: number,
): void {
  if (spacingMm.every((mm) => mm >= FINEST_MM && mm <= COARSEST_MM)) return;
  throw new InputError(
    file,
    `${field}: expected a spacing of ${FINEST_MM} to ${COARSEST_MM} mm, received ${spacingMm.map((mm) => Number(mm.toPrecision(6))).join(' x ')} mm; correct the numbers or their unit`,
    given({ line }),
  );
}
