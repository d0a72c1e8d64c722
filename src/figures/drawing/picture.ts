import { themed } from './theme.js';

/** Hounsfield units that are drawn black and white. */
export interface WindowHu {
  readonly low: number;
  readonly high: number;
}

/**
 * Windows as radiologists set them.
 * @example
 * WINDOWS.lung //=> { low: -1350, high: 150 }
 */
export const WINDOWS = {
  lung: { low: -1350, high: 150 },
  mediastinum: { low: -160, high: 240 },
  bone: { low: -450, high: 1050 },
} as const satisfies Record<string, WindowHu>;

/** An SVG picture that a notebook shows as it is. */
export interface Picture {
  readonly title: string;
  /** The picture as SVG. */
  readonly svg: () => string;
}

export function picture(title: string, svg: () => string): Picture {
  return Object.defineProperty({ title, svg }, Symbol.for('Jupyter.display'), {
    value: () => ({ 'image/svg+xml': themed(svg()), 'text/plain': title }),
  });
}

/** Hounsfield units -> grey, 0 to 255. */
export function greyOf(valueHu: number, { low, high }: WindowHu): number {
  return Math.round(255 * Math.min(1, Math.max(0, (valueHu - low) / (high - low))));
}
