import { join } from 'node:path';
import { writeFileAtomically } from '../../paths.js';
import type { StepTimes } from './learner.js';

/** A step with its times, in ms; `began` on the process' clock. */
export interface ProfiledStep {
  readonly step: number;
  readonly began: number;
  readonly wait: number;
  readonly took: number;
  readonly times: StepTimes;
}

/** An event of Chrome's trace format (chrome://tracing, ui.perfetto.dev): times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** The first step prepares the programs and would hide the others. */
const SKIPPED = 2;
const STEPS = 5;

/** Collects some steps of a run and writes them as a Chrome trace. */
export class Profile {
  readonly #run: string;
  readonly #rank: number;
  readonly #firstStep: number;
  readonly #steps: ProfiledStep[] = [];

  constructor(run: string, rank: number, stepsDone: number) {
    this.#run = run;
    this.#rank = rank;
    this.#firstStep = stepsDone + 1;
  }

  /** Whether the passes of a step are to be measured. */
  wants(step: number): boolean {
    return step < this.#firstStep + SKIPPED + STEPS;
  }

  /** Takes a step; after the last one that is wanted the file is written. */
  add(step: ProfiledStep): void {
    if (!this.wants(step.step) || step.step < this.#firstStep + SKIPPED) return;
    this.#steps.push(step);
    if (this.#steps.length < STEPS) return;
    const trace = { traceEvents: traceEvents(this.#steps, this.#rank), displayTimeUnit: 'ms' };
    writeFileAtomically(profileFile(this.#run, this.#rank), `${JSON.stringify(trace)}\n`);
  }
}

/** Of one process of a run. */
export function profileFile(run: string, rank: number): string {
  return join(run, `profile-rank${rank}.json`);
}

/** A row for the process itself and one for each device; a pass is a bar. */
export function traceEvents(steps: readonly ProfiledStep[], rank: number): TraceEvent[] {
  const origin = steps[0]?.began ?? 0;
  const devices = [...new Set(steps.flatMap(({ times }) => times.passes.map(({ device }) => device)))];
  const named = ['process', ...devices].map(
    (name, tid): TraceEvent => ({ name: 'thread_name', ph: 'M', pid: rank, tid, args: { name } }),
  );
  const bars = steps.flatMap(({ step, began, wait, took, times }) => {
    const bar = (name: string, tid: number, fromMs: number, ms: number): TraceEvent => ({
      name,
      ph: 'X',
      pid: rank,
      tid,
      ts: Math.round(1000 * fromMs),
      dur: Math.max(0, Math.round(1000 * ms)),
      args: { step },
    });
    const start = began - origin + wait;
    const spent = times.computeMs + times.reduceMs + times.updateMs;
    // What is not computing lies before it (copying the batch) but for the results' way back, which is short.
    const computing = start + Math.max(0, took - wait - spent);
    return [
      bar('wait for data', 0, began - origin, wait),
      bar('copy', 0, start, computing - start),
      bar('compute', 0, computing, times.computeMs),
      bar('reduce', 0, computing + times.computeMs, times.reduceMs),
      bar('update', 0, computing + times.computeMs + times.reduceMs, times.updateMs),
      ...times.passes.map(({ name, device, fromMs, toMs }) =>
        bar(name, 1 + devices.indexOf(device), computing + fromMs, toMs - fromMs),
      ),
    ];
  });
  return [...named, ...bars];
}
