import type { KernelSession } from './session.js';

/** The browser's dialogs, as cells know them from there: the reader answers in a line below the cell. */
export interface Prompts {
  /** The line; the default, or null where there is none, when it is empty. */
  prompt(message?: string, byDefault?: string): string | null;
  /** Whether the answer is y or yes. */
  confirm(message?: string): boolean;
  /** Waits until the reader has seen it: Enter goes on. */
  alert(message?: string): void;
}

export function createPrompts(readInput: KernelSession['readInput']): Prompts {
  return {
    prompt(message = 'Prompt', byDefault) {
      const hint = byDefault === undefined ? '' : ` [${byDefault}]`;
      return readInput(`${message}${hint} `, false) || (byDefault ?? null);
    },
    confirm: (message = 'Confirm') => /^y(es)?$/i.test(readInput(`${message} [y/N] `, false).trim()),
    alert(message = 'Alert') {
      readInput(`${message} [Enter] `, false);
    },
  };
}
