/**
 * Our side of bench/crop.ts in a process of its own, so that its peak memory is its own: crops what each line on stdin
 * names into a new file, and answers {seconds, cpuSeconds, peakMiB, rows}. The file is left for the caller.
 */
import { createInterface } from 'node:readline';
import { endWithParent } from '../src/parentProcess.js';
import { crop } from '../src/patches/crop.js';

export interface CropQuestion {
  readonly scansFolder: string;
  readonly candidatesPath: string;
  readonly outFolder: string;
  readonly interpolation: 'linear' | 'cubic';
  readonly workers: number;
}

export interface CropAnswer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the process since it began. */
  readonly peakMiB: number;
  readonly rows: number;
  readonly file: string;
}

endWithParent();
process.stdout.write('{}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { interpolation, ...request } = JSON.parse(line) as CropQuestion;
  const cpu = process.cpuUsage();
  const began = performance.now();
  const [result] = await crop({
    ...request,
    subsets: 'all',
    formats: [{ dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation }],
    force: true,
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  const { rows, file } = result!;
  const answer: CropAnswer = { seconds, cpuSeconds: (user + system) / 1e6, peakMiB, rows, file };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
