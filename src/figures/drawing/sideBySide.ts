import { escaped } from './markup.js';
import { type Picture, picture } from './picture.js';

/** An SVG's size, as our own pictures state it: width and height one after the other. Throws RangeError. */
export function sizeOfSvg(svg: string): { width: number; height: number } {
  const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  if (width === undefined || height === undefined)
    throw new RangeError('Expected an SVG with width and height in its root');
  return { width: Number(width), height: Number(height) };
}

/** An SVG as a part of another one, with its upper left corner at x and y, scaled to a width. */
export function placedSvg(
  svg: string,
  x: number,
  y: number,
  width: number,
): { markup: string; height: number } {
  const size = sizeOfSvg(svg);
  const height = (size.height * width) / size.width;
  const place = ` x="${x}" y="${y}" width="${width}" height="${height}"`;
  return { markup: svg.replace(/ width="[^"]*" height="[^"]*"/, place), height };
}

const GAP = 12;

/** Pictures beside each other, of equal width. */
export function sideBySide(title: string, svgs: readonly string[], width = 1200): Picture {
  return picture(title, () => {
    const each = (width - GAP * (svgs.length - 1)) / svgs.length;
    const placed = svgs.map((svg, at) => placedSvg(svg, at * (each + GAP), 0, each));
    const height = Math.ceil(Math.max(...placed.map((part) => part.height)));
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">${placed.map(({ markup }) => markup).join('')}</svg>`;
  });
}
