/** A symmetric 3 x 3 matrix. */
export interface Symmetric3 {
  readonly xx: number;
  readonly yy: number;
  readonly zz: number;
  readonly xy: number;
  readonly xz: number;
  readonly yz: number;
}

/** Ascending. By the trigonometric solution of the characteristic cubic (Smith, Communications of the ACM 4, 1961). */
export function symmetricEigenvalues({ xx, yy, zz, xy, xz, yz }: Symmetric3): [number, number, number] {
  const off = xy * xy + xz * xz + yz * yz;
  const mean = (xx + yy + zz) / 3;
  const spread = (xx - mean) ** 2 + (yy - mean) ** 2 + (zz - mean) ** 2 + 2 * off;
  if (spread === 0) return [mean, mean, mean];
  const p = Math.sqrt(spread / 6);
  const [a, b, c] = [(xx - mean) / p, (yy - mean) / p, (zz - mean) / p];
  const [d, e, f] = [xy / p, xz / p, yz / p];
  const half = (a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)) / 2;
  const angle = Math.acos(Math.max(-1, Math.min(1, half))) / 3;
  const highest = mean + 2 * p * Math.cos(angle);
  const lowest = mean + 2 * p * Math.cos(angle + (2 * Math.PI) / 3);
  return [lowest, 3 * mean - highest - lowest, highest];
}
