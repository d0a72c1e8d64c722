/** Asks the reader for a line; the default, or null where there is none, when it is empty. */
declare function prompt(message?: string, byDefault?: string): string | null;
/** Asks the reader; true for y and yes. */
declare function confirm(message?: string): boolean;
/** Waits until the reader has seen it. */
declare function alert(message?: string): void;
