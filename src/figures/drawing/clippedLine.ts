import type { Point } from './drawing.js';

/** Edges of a chart in pixels, y downwards. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The parts of a line that lie in a box, its edges included. Undefined = a gap. */
export function clippedLine(points: readonly (Point | undefined)[], box: Box): Point[][] {
  const parts: Point[][] = [];
  let part: Point[] = [];
  const end = (): void => {
    if (part.length > 1) parts.push(part);
    part = [];
  };
  for (let at = 1; at < points.length; at++) {
    const [from, to] = [points[at - 1], points[at]];
    const seen = from === undefined || to === undefined ? undefined : clippedPart(from, to, box);
    if (seen === undefined) {
      end();
      continue;
    }
    const last = part.at(-1);
    if (last === undefined || last[0] !== seen[0][0] || last[1] !== seen[0][1]) {
      end();
      part.push(seen[0]);
    }
    part.push(seen[1]);
    if (seen[1] !== to) end();
  }
  end();
  return parts;
}

/** Method: Liang and Barsky (ACM Transactions on Graphics 3, 1984). Undefined where nothing lies in the box. */
function clippedPart(from: Point, to: Point, { left, right, top, bottom }: Box): [Point, Point] | undefined {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  let [enters, leaves] = [0, 1];
  for (const [step, room] of [
    [-dx, from[0] - left],
    [dx, right - from[0]],
    [-dy, from[1] - top],
    [dy, bottom - from[1]],
  ] as const) {
    if (step === 0) {
      if (room < 0) return undefined;
    } else if (step < 0) enters = Math.max(enters, room / step);
    else leaves = Math.min(leaves, room / step);
  }
  if (enters > leaves) return undefined;
  const at = (share: number): Point => [from[0] + share * dx, from[1] + share * dy];
  return [enters === 0 ? from : at(enters), leaves === 1 ? to : at(leaves)];
}

/** First and last place of each part of a list without a gap between its members. */
export function runsOf<T>(
  values: readonly (T | null | undefined)[],
): (readonly [from: number, to: number])[] {
  const runs: (readonly [number, number])[] = [];
  let from = -1;
  for (let at = 0; at <= values.length; at++) {
    const isThere = at < values.length && values[at] !== null && values[at] !== undefined;
    if (isThere && from < 0) from = at;
    if (!isThere && from >= 0) {
      runs.push([from, at - 1]);
      from = -1;
    }
  }
  return runs;
}
