type Rgb = readonly [number, number, number];

/** From yellow over orange to red, which grey never is. */
const STOPS: readonly Rgb[] = [
  [255, 236, 112],
  [253, 141, 60],
  [189, 0, 38],
];

/**
 * Colour of each of 256 steps from 0 to 1 of what lies over a slice: red, green, blue and alpha, one after the other. The higher, the
 * redder and the less transparent, up to `opacity` (0 to 1); 0 is not seen at all.
 */
export function overlayColors(opacity: number): Uint8Array {
  const colors = new Uint8Array(4 * 256);
  for (let step = 0; step < 256; step++) {
    const place = (step / 255) * (STOPS.length - 1);
    const lower = Math.min(STOPS.length - 2, Math.floor(place));
    const [from, to] = [STOPS[lower]!, STOPS[lower + 1]!];
    for (let channel = 0; channel < 3; channel++)
      colors[4 * step + channel] = Math.round(
        from[channel]! + (to[channel]! - from[channel]!) * (place - lower),
      );
    colors[4 * step + 3] = Math.round(opacity * step);
  }
  return colors;
}
