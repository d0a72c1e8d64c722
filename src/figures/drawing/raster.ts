import type { Drawing, Point, Shape } from './drawing.js';
import { encodePng } from './png.js';
import { type Strokes, strokesOf, widthOf } from './strokeFont.js';
import { BACKGROUNDS, fillIn, lineIn, type Theme } from './theme.js';

/** Pixels a unit of length: sharp on screens with small pixels, and in print. */
const SCALE = 2;

/** The drawing as PNG bytes, twice as many pixels wide and high; letters are drawn by strokes, so that no font is needed. */
export function drawingPng({ width, height, shapes }: Drawing, theme: Theme = 'light'): Buffer {
  const canvas = new Canvas(Math.ceil(width * SCALE), Math.ceil(height * SCALE), rgbOf(BACKGROUNDS[theme]));
  for (const shape of shapes) draw(canvas, shape, theme);
  return encodePng({ ...canvas, channels: 3 });
}

function draw(canvas: Canvas, shape: Shape, theme: Theme): void {
  const fill = (color: string): Rgb => rgbOf(fillIn(theme, color));
  const line = (color: string): Rgb => rgbOf(lineIn(theme, color));
  switch (shape.kind) {
    case 'rectangle':
      return canvas.rectangle(shape.x, shape.y, shape.width, shape.height, fill(shape.fill));
    case 'line':
      return drawLine(canvas, shape, line(shape.color));
    case 'dot':
      return canvas.segment([shape.x, shape.y], [shape.x, shape.y], 2 * shape.radius, line(shape.color));
    case 'band':
      return drawBand(canvas, shape, fill(shape.fill));
    case 'text':
      return drawText(canvas, shape, fill(shape.color));
  }
}

function drawLine(canvas: Canvas, { points, width, dash }: Shape & { kind: 'line' }, rgb: Rgb): void {
  let done = 0;
  for (let at = 1; at < points.length; at++) {
    const [from, to] = [points[at - 1]!, points[at]!];
    if (dash === undefined) canvas.segment(from, to, width, rgb);
    else for (const [a, b] of dashesOf(from, to, done, dash)) canvas.segment(a, b, width, rgb);
    done += Math.hypot(to[0] - from[0], to[1] - from[1]);
  }
}

/** The dashes of a part of a line before which `done` of it was drawn: they go on through its corners. */
function* dashesOf(
  from: Point,
  to: Point,
  done: number,
  [dash, gap]: readonly [number, number],
): Generator<readonly [Point, Point]> {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const at = (distance: number): Point => {
    const share = Math.max(0, Math.min(1, distance / length));
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  };
  for (let begin = -(done % (dash + gap)); begin < length; begin += dash + gap)
    if (begin + dash > 0) yield [at(begin), at(begin + dash)];
}

/** A column of pixels at a time. */
function drawBand(canvas: Canvas, { x, low, high }: Shape & { kind: 'band' }, rgb: Rgb): void {
  for (let at = 1; at < x.length; at++) {
    const [from, to] = [x[at - 1]!, x[at]!];
    const first = Math.ceil(from * SCALE);
    for (let column = first; column < to * SCALE; column++) {
      const share = (column / SCALE - from) / (to - from);
      const between = (y: readonly number[]): number => y[at - 1]! + (y[at]! - y[at - 1]!) * share;
      const [top, bottom] = [between(high), between(low)];
      canvas.rectangle(column / SCALE, Math.min(top, bottom), 1 / SCALE, Math.abs(bottom - top), rgb);
    }
  }
}

function drawText(
  canvas: Canvas,
  { x, y, text, size, anchor, bold, turned }: Shape & { kind: 'text' },
  rgb: Rgb,
): void {
  const before = widthOf(text, size) * { start: 0, middle: 0.5, end: 1 }[anchor];
  const placed = ([right, down]: Point): Point =>
    turned === true ? [x + down, y + before - right] : [x - before + right, y + down];
  const strokes: Strokes = strokesOf(text, size);
  for (const stroke of strokes)
    for (let at = 1; at < stroke.length; at++)
      canvas.segment(
        placed(stroke[at - 1]!),
        placed(stroke[at]!),
        size * (bold === true ? 0.13 : 0.085),
        rgb,
      );
}

type Rgb = readonly [number, number, number];

/** Throws RangeError for a colour in another form. */
function rgbOf(color: string): Rgb {
  if (!/^#[0-9a-f]{6}$/i.test(color))
    throw new RangeError(`Expected a colour as #rrggbb, received ${JSON.stringify(color)}`);
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Pixels, of one colour at first; edges that go through a pixel colour it by their share. */
class Canvas {
  readonly data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Rgb,
  ) {
    this.data = new Uint8Array(width * height * 3);
    for (let at = 0; at < this.data.length; at += 3) this.data.set(background, at);
  }

  rectangle(x: number, y: number, width: number, height: number, rgb: Rgb): void {
    const [left, top, right, bottom] = [x, y, x + width, y + height].map((edge) => edge * SCALE) as [
      ...[number, number, number, number],
    ];
    for (let row = Math.floor(top); row < bottom; row++) {
      const rowShare = Math.min(bottom, row + 1) - Math.max(top, row);
      for (let column = Math.floor(left); column < right; column++)
        this.mix(column, row, rgb, rowShare * (Math.min(right, column + 1) - Math.max(left, column)));
    }
  }

  /** A line with round ends: the share of a pixel is taken from the distance of its middle. */
  segment(from: Point, to: Point, width: number, rgb: Rgb): void {
    const [x0, y0, x1, y1] = [from[0] * SCALE, from[1] * SCALE, to[0] * SCALE, to[1] * SCALE];
    const radius = (width * SCALE) / 2;
    const reach = radius + 1;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const lengthSquared = dx * dx + dy * dy;
    for (let row = Math.floor(Math.min(y0, y1) - reach); row <= Math.max(y0, y1) + reach; row++)
      for (let column = Math.floor(Math.min(x0, x1) - reach); column <= Math.max(x0, x1) + reach; column++) {
        const [px, py] = [column + 0.5 - x0, row + 0.5 - y0];
        const along = lengthSquared === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / lengthSquared));
        const distance = Math.hypot(px - along * dx, py - along * dy);
        this.mix(column, row, rgb, radius + 0.5 - distance);
      }
  }

  private mix(column: number, row: number, rgb: Rgb, share: number): void {
    if (share <= 0 || column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    const at = 3 * (row * this.width + column);
    const part = Math.min(1, share);
    for (const [channel, value] of rgb.entries())
      this.data[at + channel] = Math.round(
        this.data[at + channel]! + (value - this.data[at + channel]!) * part,
      );
  }
}
