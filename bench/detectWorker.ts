/**
 * Our side of bench/detect.ts in a process of its own, so that its peak memory is its own: answers each line on stdin, a scan and how
 * many threads, with {seconds, cpuSeconds, peakMiB, points}. Reading the scan is not timed.
 */
import { createInterface } from 'node:readline';
import { detected } from '../src/detection/detect.js';
import { endWithParent } from '../src/parentProcess.js';
import { readVolume } from '../src/volumes/readVolume.js';
import type { Vector3 } from '../src/volumes/voxels/volume.js';

export interface DetectQuestion {
  readonly scan: string;
  readonly threads: number;
}

export interface DetectAnswer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the process since it began, the scan and Node itself included. */
  readonly peakMiB: number;
  /** What was found; world mm. */
  readonly points: readonly Vector3[];
}

endWithParent();
process.stdout.write('{}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { scan, threads } = JSON.parse(line) as DetectQuestion;
  const volume = await readVolume(scan);
  const cpu = process.cpuUsage();
  const began = performance.now();
  const { marks } = await detected(volume, { threads });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const answer: DetectAnswer = {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    points: marks.map(({ centerWorldMm }) => centerWorldMm),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
