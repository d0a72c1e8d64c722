import type { AugmentPlan } from '../../config/augmentPlan.js';
import type { Random } from '../../random.js';
import { AIR_HU, storedHu } from '../../volumes/voxels/storedHu.js';

/** What happens to each value, wherever it lies: attenuation times a factor, plus a shift, then gamma. */
export interface Tone {
  /** Of HU + 1000, which is proportional to the attenuation: air stays air. */
  readonly factor: number;
  readonly shiftHu: number;
  /** Exponent of (HU - low) / (high - low) inside the window; 1 = none. */
  readonly gamma: number;
  readonly windowHu: { readonly low: number; readonly high: number };
  /** Undo it, in the opposite order. */
  readonly inverse?: boolean;
}

export function hasTone({ intensityShift, intensityScale, gamma }: AugmentPlan): boolean {
  return intensityShift !== undefined || intensityScale !== undefined || gamma !== undefined;
}

export function drawTone(plan: AugmentPlan, random: Random): Tone {
  const { intensityShift = 0, intensityScale = [1, 1], gamma = [1, 1] } = plan;
  return {
    factor: random.between(...intensityScale),
    shiftHu: random.between(-intensityShift, intensityShift),
    gamma: random.between(...gamma),
    windowHu: plan.windowHu ?? { low: -1000, high: 400 },
  };
}

/** The opposite: exact but for rounding to whole HU. */
export function inverseTone(tone: Tone): Tone {
  return { ...tone, inverse: tone.inverse !== true };
}

/** Changes `count` values from index `at`, in place; each is worked out in float64, rounded half to even, clamped to int16. */
export function applyTone(into: Int16Array, at: number, count: number, tone: Tone): void {
  let [lowest, highest] = [32767, -32768];
  for (let i = at; i < at + count; i++) {
    const hu = into[i]!;
    if (hu < lowest) lowest = hu;
    if (hu > highest) highest = hu;
  }
  // A patch has fewer values than voxels: each is worked out once.
  const table = new Int16Array(Math.max(0, highest - lowest + 1));
  for (let i = 0; i < table.length; i++) table[i] = storedHu(tonedHu(lowest + i, tone));
  for (let i = at; i < at + count; i++) into[i] = table[into[i]! - lowest]!;
}

function tonedHu(hu: number, { factor, shiftHu, gamma, windowHu, inverse }: Tone): number {
  if (inverse !== true) return bent((hu - AIR_HU) * factor + AIR_HU + shiftHu, gamma, windowHu);
  return (bent(hu, 1 / gamma, windowHu) - shiftHu - AIR_HU) / factor + AIR_HU;
}

function bent(hu: number, gamma: number, { low, high }: Tone['windowHu']): number {
  if (gamma === 1 || hu <= low || hu >= high) return hu;
  return low + (high - low) * ((hu - low) / (high - low)) ** gamma;
}
