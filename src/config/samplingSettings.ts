import { decimal, oneOf, wholeNumber, withDefault } from './ini.js';

/** How the rows of a batch are chosen. */
export const SAMPLINGS = ['balanced', 'natural', 'weighted'] as const;

/** Which rows a batch has. */
export type Sampling = (typeof SAMPLINGS)[number];

/** Plain JSON. */
export interface SamplingSettings {
  readonly kind: Sampling;
  /** Of `weighted`: share of nodules over all batches. */
  readonly positiveShare: number;
  /** Share of each batch's negatives that comes from the hardest; 0 = none. */
  readonly hardNegatives: number;
  /** Share of the scored negatives that counts as hardest. */
  readonly hardPool: number;
  /** Training negatives that are scored after each epoch, others each time; 0 = all. */
  readonly hardCandidates: number;
}

/** Half nodules, half others, as the original project has it. */
export const BALANCED: SamplingSettings = Object.freeze({
  kind: 'balanced',
  positiveShare: 0.25,
  hardNegatives: 0,
  hardPool: 0.1,
  hardCandidates: 20_000,
});

/** Keys of [training]. */
export const SAMPLING_KEYS = {
  SAMPLING: withDefault(oneOf(...SAMPLINGS), BALANCED.kind),
  POSITIVE_SHARE: withDefault(decimal(0.001, 0.999), BALANCED.positiveShare),
  HARD_NEGATIVES: withDefault(decimal(0, 1), BALANCED.hardNegatives),
  HARD_POOL: withDefault(decimal(0.0001, 1), BALANCED.hardPool),
  HARD_CANDIDATES: withDefault(wholeNumber(0), BALANCED.hardCandidates),
};

export const SAMPLING_FIELDS = {
  sampling: {
    kind: 'SAMPLING',
    positiveShare: 'POSITIVE_SHARE',
    hardNegatives: 'HARD_NEGATIVES',
    hardPool: 'HARD_POOL',
    hardCandidates: 'HARD_CANDIDATES',
  },
} as const;
