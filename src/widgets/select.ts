import { type Control, createControl } from './control.js';

/** What stands before the list, the value that is chosen first (default: the first), and what each value is called in it. */
export interface SelectOptions<T> {
  readonly label?: string;
  /** Default: the first. */
  readonly value?: T;
  /** How an option reads; default: `String`. */
  readonly labelOf?: (option: T) => string;
}

/**
 * One of several values, of any type: `const scan = select(scans, { label: 'scan', labelOf: ({ uid }) => uid })`.
 * @example
 * const scans = findScans(inRepository('data/raw'), 'all');
 * const scan = select(scans, { label: 'scan', labelOf: ({ uid }) => uid });
 * scan.onChange(({ path }) => console.log(path));
 * display(scan);
 */
export function select<T>(of: readonly T[], more: SelectOptions<T> = {}): Control<T> {
  const options = [...of]; // the page's list; the caller's may grow
  if (options.length === 0)
    throw new RangeError('Expected at least one option to select from, received none');
  const { label = '', value = options[0] as T, labelOf = String } = more;
  return createControl<T>({
    kind: 'select',
    label,
    state: { options: options.map((option) => String(labelOf(option))) },
    value,
    // Not indexOf(): it finds no NaN.
    encode: (option) => options.findIndex((one) => one === option || Object.is(one, option)),
    decode: (sent) => (typeof sent === 'number' ? options[sent] : undefined),
    check(option) {
      if (!options.includes(option))
        throw new RangeError(
          `Expected one of ${options.length} options (${options
            .slice(0, 5)
            .map((one) => labelOf(one))
            .join(', ')}${options.length > 5 ? ', …' : ''}), received ${labelOf(option)}`,
        );
    },
    textOf: labelOf,
  });
}
