import { decimalNumber } from '../decimal.js';

/** How training patches are changed at random; plain JSON. An operation that is missing is not done. */
export interface AugmentPlan {
  /** Mirrored along x, y and z, each in half of the patches. */
  readonly flips?: true;
  /** Turned about z by 0, 90, 180 or 270 degrees; needs no interpolation, for x and y are alike. */
  readonly rotations90?: true;
  /** Whole voxels along each axis, at most so many either way. */
  readonly shift?: number;
  /** A part of a voxel along each axis, at most so much either way; interpolated. */
  readonly shiftFine?: number;
  /** Magnification, uniform in the range; interpolated. */
  readonly scale?: NumberRange;
  /** Degrees about an axis of any direction, at most so many either way; interpolated. */
  readonly rotate?: number;
  /** Added to all voxels: HU, at most so many either way. */
  readonly intensityShift?: number;
  /** Factor of the attenuation above air (HU + 1000), uniform in the range. */
  readonly intensityScale?: NumberRange;
  /** Exponent within the intensity window, uniform in the range; HU outside it stay. */
  readonly gamma?: NumberRange;
  /** Standard deviation of normal noise, HU. */
  readonly noise?: number;
  /** Window of gamma, HU; -1000 to 400 when missing. Not of the list: the network's own window. */
  readonly windowHu?: { readonly low: number; readonly high: number };
}

/** The two ends of a range. */
export type NumberRange = readonly [low: number, high: number];

/** Flips and quarter turns: the 16 symmetries of a patch with equal x and y. */
export const SYMMETRIES: AugmentPlan = Object.freeze({ flips: true, rotations90: true });

/** The list that gives SYMMETRIES. */
export const DEFAULT_AUGMENT = 'flips, rotations90';

interface Rule {
  readonly form: string;
  /** Undefined when the text does not fit. */
  readonly parse: (text: string | undefined) => AugmentPlan[keyof AugmentPlan];
}

const word: Rule = { form: '', parse: (text) => (text === undefined ? true : undefined) };

const RULES: Readonly<Record<string, Rule>> = {
  flips: word,
  rotations90: word,
  shift: upTo(64, 'whole voxels', Number.isInteger),
  shiftFine: upTo(1, 'parts of a voxel'),
  scale: within(0.25, 4),
  rotate: upTo(180, 'degrees'),
  intensityShift: upTo(1000, 'HU'),
  intensityScale: within(0.25, 4),
  gamma: within(0.1, 10),
  noise: upTo(1000, 'HU'),
};

/**
 * Reads a list such as `flips, rotations90, shift:2, scale:0.9-1.1, noise:10`; `none` is the empty plan.
 * Throws RangeError, which says what was expected and received.
 * @example
 * parseAugment('flips, rotations90, scale:0.9-1.1') //=> { flips: true, rotations90: true, scale: [ 0.9, 1.1 ] }
 */
export function parseAugment(list: string): AugmentPlan {
  if (list.trim() === 'none') return {};
  const plan: Record<string, unknown> = {};
  for (const item of list.split(',').map((part) => part.trim())) {
    const [name = '', value, ...more] = item.split(':').map((part) => part.trim());
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined)
      throw new RangeError(
        `Expected none, or a list of ${Object.keys(RULES).join(', ')}, received ${JSON.stringify(item)}`,
      );
    const parsed = more.length === 0 ? rule.parse(value) : undefined;
    if (parsed === undefined)
      throw new RangeError(`Expected ${name}${rule.form}, received ${JSON.stringify(item)}`);
    if (name in plan) throw new RangeError(`Expected ${name} once, received it twice`);
    plan[name] = parsed;
  }
  return plan;
}

/**
 * The list that parseAugment() reads as this plan.
 * @example
 * augmentList({ flips: true, scale: [0.9, 1.1] }) //=> 'flips, scale:0.9-1.1'
 */
export function augmentList({ windowHu: _, ...plan }: AugmentPlan): string {
  const items = Object.entries(plan).map(([name, value]) =>
    value === true ? name : `${name}:${Array.isArray(value) ? value.join('-') : value}`,
  );
  return items.length === 0 ? 'none' : items.join(', ');
}

function upTo(most: number, unit: string, fits: (value: number) => boolean = Number.isFinite): Rule {
  return {
    form: `:n with n above 0 and at most ${most} ${unit}`,
    parse: (text) => {
      const value = decimalNumber(text ?? '');
      return fits(value) && value > 0 && value <= most ? value : undefined;
    },
  };
}

function within(lowest: number, highest: number): Rule {
  return {
    form: `:low-high with ${lowest} <= low <= high <= ${highest}, such as 0.9-1.1`,
    parse: (text) => {
      const [low = Number.NaN, high = Number.NaN, ...more] = (text ?? '').split('-').map(decimalNumber);
      return more.length === 0 && low >= lowest && high >= low && high <= highest ? [low, high] : undefined;
    },
  };
}
