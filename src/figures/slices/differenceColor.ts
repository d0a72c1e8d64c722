/** In place of a difference, where the second volume has no voxels. */
export const NO_DIFFERENCE = -32_768;

/** Red, green and blue of a difference from -1 to 1: blue where the second is lower, orange where it is higher, dark where they agree. */
export function differenceColor(share: number): readonly [number, number, number] {
  const to = share < 0 ? LOWER : HIGHER;
  const strength = Math.min(1, Math.abs(share)) ** 0.7;
  const along = (channel: 0 | 1 | 2): number =>
    Math.round(SAME[channel] + (to[channel] - SAME[channel]) * strength);
  return [along(0), along(1), along(2)];
}

type Rgb = readonly [number, number, number];
const SAME: Rgb = [24, 28, 34];
const LOWER: Rgb = [88, 176, 255];
const HIGHER: Rgb = [255, 166, 66];
