import { heatInTheDark } from './heatColor.js';

/** Behind a picture in a file; a notebook's own background shows through. */
export type Theme = 'light' | 'dark';

/** Of files. The dark one is JupyterLab's. */
export const BACKGROUNDS: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#111111' };

/** Of letters and axes. */
export const INK = '#333333';
/** Letters on a light fill, in both themes. */
export const DARK_INK = '#1a1a1a';

/** A colour of the light theme and what it becomes in the dark one. */
type Pair = readonly [light: string, dark: string];

/** Wherever they stand. */
const ANYWHERE: readonly Pair[] = [
  ...['#222', '#333', INK].map((ink): Pair => [ink, '#e3e3e3']),
  ...['#555', '#555555'].map((ink): Pair => [ink, '#b8b8b8']),
  ...['#f2f2f2', '#f5f5f5'].map((light): Pair => [light, '#2b2b2b']),
  ['#e5e5e5', '#3a3a3a'],
  ['#cfe1f0', '#1d3a52'],
  ['#92bfdf', '#2f6490'],
  ['#b7d5ea', '#35566d'],
  ['#f6d9c6', '#5a3118'],
  ...heatInTheDark(),
];
/** Of lines and dots: a filled bar keeps its colour, as letters may stand on it. */
const OF_LINES: readonly Pair[] = [
  ['#0072b2', '#4aa8e0'],
  ['#000000', '#ffffff'],
];
const IN_THE_DARK = new Map(ANYWHERE);
const LINES_IN_THE_DARK = new Map([...ANYWHERE, ...OF_LINES]);

/** A fill, or letters, in a theme. */
export function fillIn(theme: Theme, color: string): string {
  return theme === 'light' ? color : (IN_THE_DARK.get(color) ?? color);
}

/** A line, or a dot, in a theme. */
export function lineIn(theme: Theme, color: string): string {
  return theme === 'light' ? color : (LINES_IN_THE_DARK.get(color) ?? color);
}

/**
 * VS Code asks with the system's colour scheme, and says of its own theme only this. A light one brings the attributes' colours
 * back, from a selector that outweighs every rule of a picture: the rules of one hold for all inline pictures of a page.
 */
const LIGHT_IN_VS_CODE = ['fill', 'stroke']
  .map((name) => `[data-vscode-theme-kind$=light] [${name}]{${name}:revert-layer}`)
  .join('');

/**
 * A picture for a notebook: it follows the theme. JupyterLab gives its pages the colour scheme of its theme, which a picture in
 * them is asked for; where a page says nothing, it is the light one. Colours that it
 * does not have cost it nothing.
 */
export function themed(svg: string): string {
  const isThere = ([color]: Pair): boolean => svg.includes(`"${color}"`);
  const rules = [
    `rect[fill="white"]{fill:none}`,
    ...ANYWHERE.filter(isThere).map(
      ([color, dark]) => `[fill="${color}"]{fill:${dark}}[stroke="${color}"]{stroke:${dark}}`,
    ),
    ...OF_LINES.filter(isThere).map(
      ([color, dark]) => `circle[fill="${color}"]{fill:${dark}}[stroke="${color}"]{stroke:${dark}}`,
    ),
    LIGHT_IN_VS_CODE,
  ];
  return svg.replace(
    /<svg[^>]*>/,
    (root) => `${root}<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`,
  );
}

/** Share of light that a colour (`#rrggbb`) sends back, 0 to 1, as WCAG 2 defines it. */
export function luminanceOf(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours, from 1 to 21, as WCAG 2 defines it. */
export function contrastOf(a: string, b: string): number {
  const [low, high] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The letters that are read best on a fill. */
export function inkOn(fill: string): string {
  return contrastOf('#ffffff', fill) > contrastOf(DARK_INK, fill) ? '#ffffff' : DARK_INK;
}

/** Read on white and on #111 with a contrast of 4.3 : 1 each, the most that one colour can have on both; plotly's renderer knows no theme. */
const BOTH = '#797979';
const FAINT = 'rgba(127, 127, 127, 0.28)';
const AXIS = { gridcolor: FAINT, zerolinecolor: FAINT, linecolor: BOTH } as const;

/** A plotly template: nothing behind the chart, and letters that both themes show. */
export const PLOTLY_TEMPLATE = {
  layout: {
    ...{ paper_bgcolor: 'rgba(0, 0, 0, 0)', plot_bgcolor: 'rgba(0, 0, 0, 0)', font: { color: BOTH } },
    ...{ xaxis: AXIS, yaxis: AXIS, legend: { bgcolor: 'rgba(0, 0, 0, 0)' } },
    // As in the drawings; in the middle, the buttons that a touch screen always shows would lie on it.
    title: { x: 0.012, xanchor: 'left' },
    modebar: { bgcolor: 'rgba(0, 0, 0, 0)', color: BOTH, activecolor: '#0072b2' },
  },
} as const;

/** The palette's black would not be seen in a dark notebook. */
export function plotlyColor(color: string): string {
  return color === '#000000' ? '#9a6fd0' : color;
}
