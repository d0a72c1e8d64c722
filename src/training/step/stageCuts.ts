import { UsageError } from '../../errors.js';
/**
 * Cuts a sequence of pieces into stages so that the slowest stage is as fast as can be. Returns the pieces with which the
 * second and later stages begin. Throws UsageError for more stages than pieces.
 */
export function cutsByTime(pieces: readonly string[], times: readonly number[], stages: number): string[] {
  if (stages > pieces.length)
    throw new UsageError(
      `expected at most ${pieces.length} stages (the network's pieces), received ${stages}`,
    );
  const sums = [0];
  for (const time of times) sums.push(sums.at(-1)! + time);
  const timeOf = (from: number, to: number): number => sums[to]! - sums[from]!;
  // best[s][n]: the slowest of s stages over the first n pieces, and where the last of them begins.
  let best = pieces.map((_, n) => ({ slowest: timeOf(0, n + 1), begins: [] as number[] }));
  for (let stage = 2; stage <= stages; stage++)
    best = pieces.map((_, last) => {
      let found = { slowest: Number.POSITIVE_INFINITY, begins: [] as number[] };
      for (let begin = stage - 1; begin <= last; begin++) {
        const before = best[begin - 1]!;
        const slowest = Math.max(before.slowest, timeOf(begin, last + 1));
        if (slowest < found.slowest) found = { slowest, begins: [...before.begins, begin] };
      }
      return found;
    });
  return best.at(-1)!.begins.map((begin) => pieces[begin]!);
}
