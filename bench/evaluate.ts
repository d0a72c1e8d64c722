import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { scoreSubmission } from '../src/evaluation/scoreSubmission.js';
import { submissionRows, writeFrocTables, writeRows } from './frocTables.js';
import { startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

/** Of LUNA16's submissions, and of a whole candidate table with a score each. */
const MARKS = { few: 13_000, many: 750_000 } as const;

interface Answer {
  readonly seconds: number;
  readonly cpm: number;
}

/**
 * FROC with 1000 bootstrap samples over tables of LUNA16's size, from the tables' files to the bands: voxlab beside Python, a plain
 * program and one with the official program's loops. All must give the same CPM.
 */
export async function benchEvaluate({ repetitions = 3 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-evaluate-'));
  const peer = await startPeer('frocPeer.py', {});
  try {
    const tables = writeFrocTables(folder);
    const uids = readFileSync(tables.seriesUids, 'utf8').trim().split('\n');
    const write = (name: string, count: number): string =>
      writeRows(join(folder, name), 'probability', submissionRows(tables.nodules, uids, count));
    const few = write('few.csv', MARKS.few);
    const many = write('many.csv', MARKS.many);
    const { annotations, excluded, seriesUids } = tables;
    const ask = (way: string) => (): Promise<Answer> =>
      peer.ask<Answer>({ way, annotations, excluded, seriesUids, submission: few });
    const ours = (submission: string) => async (): Promise<Answer> => {
      const began = performance.now();
      const { cpm } = scoreSubmission({ annotations, excluded, seriesUids: [seriesUids], submission });
      return { seconds: (performance.now() - began) / 1000, cpm };
    };
    const programs = [
      { name: 'voxlab, 13,000 marks', run: ours(few) },
      { name: 'Python, plain', run: ask('plain') },
      { name: "Python, the official program's loops", run: ask('official') },
      { name: 'voxlab, 750,000 marks', run: ours(many) },
    ];
    const seconds: number[][] = programs.map(() => []);
    for (let round = 0; round < repetitions; round++) {
      const answers: Answer[] = [];
      for (const { run } of programs) answers.push(await run());
      requireSame(answers.slice(0, 3));
      for (const [i, answer] of answers.entries()) seconds[i]!.push(answer.seconds);
    }
    return report(
      programs.map(({ name }, i) => spread(name, seconds[i]!)),
      repetitions,
    );
  } finally {
    peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function requireSame(answers: readonly Answer[]): void {
  for (const { cpm } of answers)
    if (Math.abs(cpm - answers[0]!.cpm) > 1e-9)
      throw new Error(`expected the same CPM of all programs, received ${cpm} and ${answers[0]!.cpm}`);
}

function report(rows: BenchReport['rows'], repetitions: number): BenchReport {
  const [few, plain, official, many] = rows.map(({ median }) => median) as [number, number, number, number];
  return {
    name: 'evaluate: FROC, 888 scans, 1000 bootstrap samples, from files to bands',
    unit: 's',
    higherIsBetter: false,
    repetitions,
    rows,
    ratios: [
      {
        of: "Python, the official program's loops / voxlab, 13,000 marks",
        ratio: official / few,
        target: 50,
      },
      { of: 'Python, plain / voxlab, 13,000 marks', ratio: plain / few },
      { of: '1 s / voxlab, 13,000 marks', ratio: 1 / few, target: 1 },
      { of: '5 s / voxlab, 750,000 marks', ratio: 5 / many, target: 1 },
    ],
    machine: cpus()[0]?.model ?? 'unknown',
    notes: ['all programs gave the same CPM in every round'],
  };
}
