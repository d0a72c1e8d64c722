import { type Control, createControl } from './control.js';

/** The bounds of a slider, its step (1) and its first value (`min`). */
export interface SliderOptions {
  readonly label?: string;
  readonly min: number;
  readonly max: number;
  /** Between two values; default 1. */
  readonly step?: number;
  /** Default: `min`. */
  readonly value?: number;
}

/**
 * A number between two bounds: `const z = slider({ label: 'slice', min: 0, max: 63 }); z`. In later cells `z.value`,
 * `z.onChange(draw)` or `for await (const value of z) …`.
 * @example
 * const z = slider({ label: 'slice', min: 0, max: 63 });
 * z.onChange((slice) => console.log(slice));
 * display(z);
 */
export function slider({ label = '', min, max, step = 1, value = min }: SliderOptions): Control<number> {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max))
    throw new RangeError(`Expected a slider with min below max, received min ${min} and max ${max}`);
  if (!(step > 0 && step <= max - min))
    throw new RangeError(`Expected a step above 0 and at most max - min = ${max - min}, received ${step}`);
  const isValue = (number: unknown): number is number =>
    typeof number === 'number' && number >= min && number <= max;
  return createControl<number>({
    kind: 'slider',
    label,
    state: { min, max, step },
    value,
    encode: (number) => number,
    decode: (sent) => (isValue(sent) ? sent : undefined),
    check(number) {
      if (!isValue(number))
        throw new RangeError(`Expected a value from ${min} to ${max}, received ${number}`);
    },
    textOf: String,
  });
}
