import { InterruptedError } from '../errors.js';
import { escaped } from '../figures/drawing/markup.js';
import { interruptSignal } from '../kernel/notebookInput.js';
import { sessionIfAny } from '../kernel/session.js';
import { shownBy } from './control.js';
import { createWidget } from './widget.js';

/** What stands before the bar, and where it ends: without `total` it shows that work goes on, not how much is left. */
export interface ProgressOptions {
  readonly label?: string;
  /** Steps in all; without it the bar only says that work goes on. */
  readonly total?: number;
}

/** How the work stands. */
export type ProgressStatus = 'running' | 'done' | 'cancelled' | 'failed';

/** A bar with the time that is left and a button that cancels. */
export interface Progress {
  /** Steps in all, once they are known. */
  total: number | undefined;
  readonly status: ProgressStatus;
  /** Aborted by the bar's button, and by the notebook's stop button: for the work that the bar is of. */
  readonly signal: AbortSignal;
  /** Steps done, and a word on them. Call it as often as you like: the page hears of it ten times a second. */
  update(done: number, text?: string): void;
  /** Ends the bar; `follow` does it by itself. */
  finish(status?: Exclude<ProgressStatus, 'running'>): void;
  /**
   * Hands on what a source yields, and ends the bar with it. When the reader cancels, the loop ends without an error:
   * `for await (const record of bar.follow(train(config, { signal: bar.signal }))) bar.update(record.step);`
   */
  follow<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined>;
}

/** Between two messages to the page. */
const PAUSE_MS = 100;

/**
 * A progress bar with a button that cancels; show it before the work begins: `display(bar)`.
 * @example
 * const bar = progress({ label: 'scans', total: 3 });
 * display(bar);
 * for (let done = 1; done <= 3; done++) bar.update(done, `scan ${done}`);
 * bar.finish();
 */
export function progress({ label = '', total }: ProgressOptions = {}): Progress {
  const startedMs = performance.now();
  const cancelled = new AbortController();
  const signal = eitherOf(cancelled.signal);
  let status: ProgressStatus = 'running';
  let [done, text] = [0, ''];
  let updated = false;
  let timer: NodeJS.Timeout | undefined;

  const widget = createWidget({
    frontEnd: 'controls',
    state: { kind: 'progress', label, fraction: null, text: '…', status },
    still: () =>
      stillOf(label === '' ? 'progress' : label, status, shareDone(), updated ? textOf(clockNow()) : ''),
    stillChanges: true,
    accept: () => ({}),
    onMessage({ cancel }) {
      if (cancel !== true || status !== 'running') return;
      cancelled.abort(new InterruptedError(`${label === '' ? 'the work' : label} was cancelled`));
      widget.set({ text: 'cancelling …' });
    },
  });
  /** From 0 to 1; nothing where the total says none. */
  const shareDone = (): number | undefined =>
    total !== undefined && total > 0 && total < Number.POSITIVE_INFINITY
      ? Math.max(0, Math.min(1, done / total))
      : undefined;
  const secondsNow = (): number => (performance.now() - startedMs) / 1000;
  const clockNow = (): string => clock(secondsNow());
  const remaining = (): string => {
    const share = shareDone() ?? 0;
    return share > 0 ? `${clock((secondsNow() * (1 - share)) / share)} left` : `… · ${clockNow()}`;
  };
  const textOf = (time: string): string =>
    joined(total === undefined ? '' : `${done} of ${total}`, text, time);
  const show = (): void => {
    timer = undefined;
    const isRunning = status === 'running';
    widget.set({ fraction: shareDone() ?? null, status, text: textOf(isRunning ? remaining() : clockNow()) });
    // Also for work that never says that it has ended.
    if (!isRunning || shareDone() === 1) widget.renewStill();
  };

  const bar: Progress = {
    get total() {
      return total;
    },
    set total(steps) {
      total = steps;
    },
    get status() {
      return status;
    },
    get signal() {
      return signal();
    },
    update(steps, said = text) {
      [done, text, updated] = [steps, said, true];
      if (status === 'running') timer ??= setTimeout(show, PAUSE_MS);
    },
    finish(end = 'done') {
      if (status !== 'running') return;
      clearTimeout(timer);
      [status, updated] = [end, true];
      show();
    },
    async *follow(source) {
      try {
        yield* source;
        bar.finish(cancelled.signal.aborted ? 'cancelled' : 'done');
      } catch (error) {
        const asWished = cancelled.signal.aborted && error instanceof InterruptedError;
        bar.finish(asWished || signal().aborted ? 'cancelled' : 'failed');
        if (!asWished) throw error;
      } finally {
        bar.finish('cancelled'); // the loop was left before the source ended
      }
    },
  };
  return shownBy(bar, widget);
}

/** What a saved notebook keeps. Of work that goes on it says so little that it holds for ever: it is drawn anew when the work ends. */
function stillOf(
  label: string,
  status: ProgressStatus,
  share: number | undefined,
  said: string,
): { html: string; text: string } {
  const isKnown = share !== undefined && said !== '';
  const percent = isKnown ? `${Math.floor(100 * share)} %` : '';
  const words = joined(percent, said, status === 'running' ? 'not finished' : status);
  const bar = !isKnown
    ? ''
    : `<progress aria-label="${escaped(label)}" value="${share}" max="1" style="width: 240px"></progress> `;
  return {
    html: `<div class="voxlab-progress-still">${escaped(label)} ${bar}<span>${escaped(words)}</span></div>`,
    text: `${label}: ${words}`,
  };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** Aborted by a signal, or by the interrupt of the cell that asks for it: not always the one that made the bar. */
function eitherOf(cancelled: AbortSignal): () => AbortSignal {
  let interrupt: AbortSignal | undefined;
  let either = cancelled;
  return () => {
    const now = sessionIfAny() === undefined ? undefined : interruptSignal();
    if (now !== undefined && now !== interrupt) {
      interrupt = now;
      either = AbortSignal.any([cancelled, now]);
    }
    return either;
  };
}

/** Seconds as `0:07`, `12:30` or `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}
