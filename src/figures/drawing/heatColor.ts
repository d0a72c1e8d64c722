type Stop = readonly [share: number, rgb: readonly [number, number, number]];

/** From idle (grey, so that it differs from "not known", which is white) to fully at work. */
const STOPS: readonly Stop[] = [
  [0, [232, 232, 232]],
  [0.02, [222, 235, 247]],
  [0.5, [66, 146, 198]],
  [1, [8, 48, 107]],
];
/** Likewise on a dark page, from dark to bright. */
const DARK_STOPS: readonly Stop[] = [
  [0, [44, 44, 44]],
  [0.02, [16, 42, 67]],
  [0.5, [42, 120, 180]],
  [1, [196, 226, 250]],
];

/** More are not told apart; each has one in the dark theme. */
const COLORS = 50;

/** Colour of a value from 0 to 1, in steps of 2 %; only 0 is idle. */
export function heatColor(value: number): string {
  return colorAt(STOPS, Math.ceil(Math.max(0, Math.min(1, value)) * COLORS - 1e-9) / COLORS);
}

/** Every colour of the scale with its counterpart on a dark page. */
export function heatInTheDark(): readonly (readonly [light: string, dark: string])[] {
  return Array.from({ length: COLORS + 1 }, (_, at) => {
    const share = at / COLORS;
    return [colorAt(STOPS, share), colorAt(DARK_STOPS, share)] as const;
  });
}

function colorAt(stops: readonly Stop[], share: number): string {
  const above = Math.max(
    1,
    stops.findIndex(([at]) => at >= share),
  );
  const [[low, from], [high, to]] = [stops[above - 1]!, stops[above]!];
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
