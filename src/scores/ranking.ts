import { requireCases } from './cases.js';

/** Cases that share one score. */
export interface Level {
  readonly score: number;
  readonly positives: number;
  readonly negatives: number;
}

/** Indices of `scores`, highest first; equal scores in the order of their indices. */
export function orderByScore(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, index) => index);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Each distinct score with its cases, highest first. Throws RangeError for NaN, another class than 0 or 1, unequal lengths. */
export function levelsOf(scores: ArrayLike<number>, classes: ArrayLike<number>): Level[] {
  requireCases(scores, classes);
  const order = orderByScore(scores);
  const levels: Level[] = [];
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from]!]!;
    let [positives, to] = [0, from];
    for (; to < order.length && scores[order[to]!] === score; to++) positives += classes[order[to]!]!;
    levels.push({ score, positives, negatives: to - from - positives });
    from = to;
  }
  return levels;
}
