import temml from 'temml';
import { escaped } from '../figures/drawing/markup.js';

/** A formula as a notebook has it. */
export interface Formula {
  readonly tex: string;
  /** On lines of its own. */
  readonly isBlock: boolean;
}

/** Its MathML, which browsers draw without scripts and fonts of a page. What is no formula of TeX stays as it was written. */
export function formulaMarkup({ tex, isBlock }: Formula): string {
  try {
    return temml.renderToString(tex, { displayMode: isBlock, throwOnError: true });
  } catch {
    return `<code>${escaped(tex)}</code>`;
  }
}
