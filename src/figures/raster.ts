import type { Drawing, Point, Shape } from './drawing.js';
import { encodePng } from './png.js';
import { type Strokes, strokesOf, widthOf } from './strokeFont.js';

/** Pixels a unit of length: sharp on screens with small pixels, and in print. */
const SCALE = 2;
const DASH = 4;

/** The drawing as PNG bytes, twice as many pixels wide and high; letters are drawn by strokes, so that no font is needed. */
export function drawingPng({ width, height, shapes }: Drawing): Buffer {
  const canvas = new Canvas(Math.ceil(width * SCALE), Math.ceil(height * SCALE));
  for (const shape of shapes) draw(canvas, shape);
  return encodePng({ ...canvas, channels: 3 });
}

function draw(canvas: Canvas, shape: Shape): void {
  switch (shape.kind) {
    case 'rectangle':
      return canvas.rectangle(shape.x, shape.y, shape.width, shape.height, rgbOf(shape.fill));
    case 'line':
      return drawLine(canvas, shape);
    case 'band':
      return drawBand(canvas, shape);
    case 'text':
      return drawText(canvas, shape);
  }
}

function drawLine(canvas: Canvas, { points, color, width, dashed }: Shape & { kind: 'line' }): void {
  const rgb = rgbOf(color);
  for (let at = 1; at < points.length; at++) {
    const [from, to] = [points[at - 1]!, points[at]!];
    if (dashed !== true) canvas.segment(from, to, width, rgb);
    else for (const [a, b] of dashes(from, to)) canvas.segment(a, b, width, rgb);
  }
}

function* dashes(from: Point, to: Point): Generator<readonly [Point, Point]> {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const at = (distance: number): Point => {
    const share = Math.min(1, distance / length);
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  };
  for (let begin = 0; begin < length; begin += 2 * DASH) yield [at(begin), at(begin + DASH)];
}

/** A column of pixels at a time. */
function drawBand(canvas: Canvas, { x, low, high, fill }: Shape & { kind: 'band' }): void {
  const rgb = rgbOf(fill);
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

function drawText(canvas: Canvas, { x, y, text, size, anchor, color, bold }: Shape & { kind: 'text' }): void {
  const left = x - widthOf(text, size) * { start: 0, middle: 0.5, end: 1 }[anchor];
  const rgb = rgbOf(color);
  const strokes: Strokes = strokesOf(text, size);
  for (const stroke of strokes)
    for (let at = 1; at < stroke.length; at++) {
      const [from, to] = [stroke[at - 1]!, stroke[at]!];
      canvas.segment(
        [left + from[0], y + from[1]],
        [left + to[0], y + to[1]],
        size * (bold === true ? 0.13 : 0.085),
        rgb,
      );
    }
}

type Rgb = readonly [number, number, number];

function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Pixels, white at first; edges that go through a pixel colour it by their share. */
class Canvas {
  readonly data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(width * height * 3).fill(255);
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
