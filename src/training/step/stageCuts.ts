import { UsageError } from '../../errors.js';

/** Cuts whose slowest stage takes up to so much longer than the best are tried, too: times move by as much. */
const NEARLY_AS_GOOD = 1.15;
const MOST_TRIED = 3;

/**
 * Cuts of a sequence of pieces into stages, as the pieces with which the second and later stages begin: first those whose
 * slowest stage is fastest by `times`, then such as lie next to them and are nearly as good. Throws UsageError for more stages
 * than pieces.
 */
export function promisingCuts(
  pieces: readonly string[],
  times: readonly number[],
  stages: number,
): string[][] {
  const best = cutsByTime(pieces, times, stages).map((cut) => pieces.indexOf(cut));
  const neighbours = best.flatMap((_, index) =>
    [-1, 1].map((step) => best.map((at, other) => (other === index ? at + step : at))),
  );
  const slowest = slowestStage(times, best);
  const near = neighbours
    .filter((cuts) => cuts.every((at, index) => at > (cuts[index - 1] ?? 0) && at < pieces.length))
    .filter((cuts) => slowestStage(times, cuts) <= NEARLY_AS_GOOD * slowest)
    .sort((a, b) => slowestStage(times, a) - slowestStage(times, b));
  return [best, ...near].slice(0, MOST_TRIED).map((cuts) => cuts.map((at) => pieces[at]!));
}

function slowestStage(times: readonly number[], cuts: readonly number[]): number {
  const begins = [0, ...cuts];
  const timeOf = (from: number, to?: number) => times.slice(from, to).reduce((sum, time) => sum + time, 0);
  return Math.max(...begins.map((begin, stage) => timeOf(begin, begins[stage + 1])));
}

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
