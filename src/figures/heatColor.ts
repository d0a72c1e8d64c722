type Stop = readonly [share: number, rgb: readonly [number, number, number]];

/** From idle (grey, so that it differs from "not known", which is white) to fully at work. */
const STOPS: readonly Stop[] = [
  [0, [232, 232, 232]],
  [0.02, [222, 235, 247]],
  [0.5, [66, 146, 198]],
  [1, [8, 48, 107]],
];

/** Colour of a value from 0 to 1. */
export function heatColor(value: number): string {
  const share = Math.max(0, Math.min(1, value));
  const above = Math.max(
    1,
    STOPS.findIndex(([at]) => at >= share),
  );
  const [[low, from], [high, to]] = [STOPS[above - 1]!, STOPS[above]!];
  const part = (share - low) / (high - low);
  return hex(from.map((value, channel) => value + (to[channel]! - value) * part));
}

/** The same as plotly's colour scale. */
export function heatScale(): (readonly [number, string])[] {
  return STOPS.map(([at, rgb]) => [at, hex(rgb)]);
}

function hex(rgb: readonly number[]): string {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
