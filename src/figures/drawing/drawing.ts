import { given } from '../../given.js';
import { coordinate, escaped } from './markup.js';
import { BACKGROUNDS, fillIn, INK, lineIn, type Theme } from './theme.js';

export type Point = readonly [x: number, y: number];

/** What a drawing is made of; colours as `#rrggbb`, lengths in pixels, y downwards. */
export type Shape =
  | {
      readonly kind: 'rectangle';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly fill: string;
    }
  | {
      readonly kind: 'line';
      readonly points: readonly Point[];
      readonly color: string;
      readonly width: number;
      /** Lengths of a dash and of the gap behind it. */
      readonly dash?: readonly [dash: number, gap: number];
    }
  | {
      readonly kind: 'dot';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly color: string;
    }
  | {
      /** Between two curves over the same x. */
      readonly kind: 'band';
      readonly x: readonly number[];
      readonly low: readonly number[];
      readonly high: readonly number[];
      readonly fill: string;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Of the line that letters stand on. */
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly color: string;
      readonly bold?: boolean;
      /** Read from below to above. */
      readonly turned?: boolean;
    };

/** A picture as plain data, for SVG and for pixels. */
export interface Drawing {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export function pathShape(
  points: readonly Point[],
  color: string,
  width = 1,
  dash?: readonly [dash: number, gap: number],
): Shape {
  return { kind: 'line', points, color, width, ...given({ dash }) };
}

/** As thin as an axis. */
export function lineShape(from: Point, to: Point, color: string, dash?: readonly [number, number]): Shape {
  return pathShape([from, to], color, 1, dash);
}

/** Letters in ink, unless another colour is said. */
export function textShape(
  x: number,
  y: number,
  text: string,
  size: number,
  look: Partial<Pick<Shape & { readonly kind: 'text' }, 'anchor' | 'color' | 'bold' | 'turned'>> = {},
): Shape {
  return { kind: 'text', x, y, text, size, anchor: 'start', color: INK, ...look };
}

const LEAST_NAME_WIDTH = 130;
const MOST_NAME_WIDTH = 320;
/** Of letters of size 11, on the average. */
const LETTER_WIDTH = 6.5;

/** Room for names in front of lanes, rows and bars, in pixels. */
export function nameWidth(names: readonly string[]): number {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Math.max(LEAST_NAME_WIDTH, Math.min(MOST_NAME_WIDTH, LETTER_WIDTH * longest + 16));
}

/** Of a title that is to stand in one line: smaller letters where a narrow picture has a long one. */
export function titleSize(title: string, width: number): number {
  return Math.max(8, Math.min(15, Math.floor((width - 24) / (0.58 * title.length))));
}

/** The drawing as a standalone SVG; `alt`: what it shows, in words, for who does not see it. */
export function drawingSvg(
  { title, width, height, shapes }: Drawing,
  theme: Theme = 'light',
  alt = title,
): string {
  const behind = theme === 'light' ? 'white' : BACKGROUNDS[theme];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(alt)}"><rect width="${width}" height="${height}" fill="${behind}"/><g font-family="system-ui, sans-serif" stroke-linejoin="round">${shapes.map((shape) => shapeSvg(shape, theme)).join('')}</g></svg>`;
}

function shapeSvg(shape: Shape, theme: Theme): string {
  const fill = (color: string): string => escaped(fillIn(theme, color));
  const line = (color: string): string => escaped(lineIn(theme, color));
  switch (shape.kind) {
    case 'rectangle':
      return `<rect x="${coordinate(shape.x)}" y="${coordinate(shape.y)}" width="${coordinate(shape.width)}" height="${coordinate(shape.height)}" fill="${fill(shape.fill)}"/>`;
    case 'line':
      return `<path d="${pathOf(shape.points)}" fill="none" stroke="${line(shape.color)}" stroke-width="${shape.width}"${shape.dash === undefined ? '' : ` stroke-dasharray="${shape.dash.join(' ')}"`}/>`;
    case 'dot':
      return `<circle cx="${coordinate(shape.x)}" cy="${coordinate(shape.y)}" r="${shape.radius}" fill="${line(shape.color)}"/>`;
    case 'band': {
      const edge = (y: readonly number[]): Point[] => shape.x.map((x, at) => [x, y[at]!]);
      return `<path d="${pathOf([...edge(shape.high), ...edge(shape.low).reverse()])}Z" fill="${fill(shape.fill)}"/>`;
    }
    case 'text': {
      const [x, y] = [coordinate(shape.x), coordinate(shape.y)];
      const place =
        shape.turned === true ? `transform="translate(${x} ${y}) rotate(-90)"` : `x="${x}" y="${y}"`;
      return `<text ${place} text-anchor="${shape.anchor}" fill="${fill(shape.color)}" font-size="${shape.size}"${shape.bold === true ? ' font-weight="600"' : ''}>${escaped(shape.text)}</text>`;
    }
  }
}

function pathOf(points: readonly Point[]): string {
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');
}
