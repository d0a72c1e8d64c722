import { withoutControls } from './withoutControls.js';

/** What long work says of itself: plain data, drawn by the command line or a notebook. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Further words of the same line, such as `312 patches/s`. */
  readonly note?: string;
}

export interface ProgressLine {
  update(progress: Progress): void;
  /** Ends the line; the text stays. */
  end(): void;
}

/**
 * Draws progress on stderr: one line redrawn in place on a terminal, else a full line at most every `everyMs`.
 * stdout stays free for results.
 */
export function progressLine(
  stream: NodeJS.WriteStream = process.stderr,
  everyMs = stream.isTTY ? 100 : 5000,
): ProgressLine {
  let lastAt = Number.NEGATIVE_INFINITY;
  let drawn = '';
  const started = new Map<string, { readonly at: number; readonly done: number }>();

  const draw = (text: string): void => {
    stream.write(stream.isTTY ? `\r${text.padEnd(drawn.length)}` : `${text}\n`);
    drawn = text;
  };
  return {
    update(progress) {
      const now = performance.now();
      const start = started.get(progress.stage) ?? { at: now, done: progress.done };
      started.set(progress.stage, start);
      const finished = progress.done >= progress.total;
      if (!finished && now - lastAt < everyMs) return;
      lastAt = now;
      // A stage may bear the name of a scan.
      const text = withoutControls(progressText(progress, now - start.at, start.done));
      if (text !== drawn) draw(text);
    },
    end() {
      if (stream.isTTY && drawn !== '') stream.write('\n');
      drawn = '';
    },
  };
}

/** One line of text: stage, share done, what the stage adds, time left from the pace since `doneBefore`. */
export function progressText(
  { stage, done, total, unit, note }: Progress,
  elapsedMs: number,
  doneBefore = 0,
): string {
  const share = total > 0 ? Math.floor((100 * done) / total) : 100;
  const left =
    done > doneBefore && done < total
      ? `, ${formatSeconds((elapsedMs * (total - done)) / (done - doneBefore) / 1000)} left`
      : '';
  return `${stage} ${done}/${total} ${unit} (${share} %)${note === undefined ? '' : `, ${note}`}${left}`;
}

/** `42 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
