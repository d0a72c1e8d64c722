import { decimalNumber } from '../decimal.js';
import { decimal, type IniKey, oneOf, withDefault } from './ini.js';

/** `focal`: cross-entropy in which a row counts the less, the surer it is right (Lin et al., "Focal Loss", ICCV 2017). */
export const LOSSES = ['cross-entropy', 'focal'] as const;

/** Factors of the loss of rows of class 0 and of class 1; `auto`: so that both classes weigh the same in all batches together. */
export type ClassWeights = 'none' | 'auto' | readonly [other: number, nodule: number];

/** What a step makes smaller. Plain JSON. */
export interface LossSettings {
  readonly kind: (typeof LOSSES)[number];
  /** Of `focal`: power of what is lacking to certainty; 0 = cross-entropy. */
  readonly focalGamma: number;
  /** Of `focal`: factor of rows of class 1, where those of class 0 have 1 less it; 0 = none. */
  readonly focalAlpha: number;
  readonly classWeights: ClassWeights;
}

export const CROSS_ENTROPY: LossSettings = Object.freeze({
  kind: 'cross-entropy',
  focalGamma: 2,
  focalAlpha: 0,
  classWeights: 'none',
});

const CLASS_WEIGHTS: IniKey<ClassWeights> = {
  expected: 'expected none, auto, or two factors above 0 such as 1,4 (of others, of nodules)',
  parse: parseClassWeights,
};

/** Keys of [training]. */
export const LOSS_KEYS = {
  LOSS: withDefault(oneOf(...LOSSES), CROSS_ENTROPY.kind),
  FOCAL_GAMMA: withDefault(decimal(0, 100), CROSS_ENTROPY.focalGamma),
  FOCAL_ALPHA: withDefault(decimal(0, 0.999), CROSS_ENTROPY.focalAlpha),
  CLASS_WEIGHTS: withDefault(CLASS_WEIGHTS, CROSS_ENTROPY.classWeights),
};

export const LOSS_FIELDS = {
  loss: {
    kind: 'LOSS',
    focalGamma: 'FOCAL_GAMMA',
    focalAlpha: 'FOCAL_ALPHA',
    classWeights: 'CLASS_WEIGHTS',
  },
} as const;

/** Reads `none`, `auto`, or two numbers above 0 such as `1,4`; undefined for what is neither. */
export function parseClassWeights(text: string): ClassWeights | undefined {
  if (text === 'none' || text === 'auto') return text;
  const [other, nodule, ...more] = text.split(',').map(decimalNumber);
  const fits = (weight: number | undefined): weight is number =>
    weight !== undefined && weight > 0 && weight <= 1e6;
  return fits(other) && fits(nodule) && more.length === 0
    ? Object.freeze([other, nodule] as const)
    : undefined;
}
