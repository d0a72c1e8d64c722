import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openGpuLog } from '../src/gpu/logs/readGpuLog.js';
import { inRepository } from '../src/paths.js';
import { startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const MEGABYTES = 100;

interface Reading {
  readonly seconds: number;
  readonly records: number;
  /** Of utilisation and memory: that both read the same. */
  readonly sum: number;
}

/** A long log of gpustat text: voxlab's reader beside a reader of Python's `re`, warm, the same records. */
export async function benchGpulog({ repetitions = 5 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-gpulog-'));
  const peer = await startPeer('gpulogPeer.py', { log: inRepository('data', 'gpustat', 'k80x8_2018.txt') });
  try {
    const path = join(folder, 'gpustat.txt');
    const { bytes } = await peer.ask<{ bytes: number }>({ write: path, megabytes: MEGABYTES });
    const [ours, theirs]: [Reading[], Reading[]] = [[], []];
    // The first round warms the page cache and the compiler, and is not counted.
    for (let round = 0; round <= repetitions; round++) {
      const own = await readOurs(path);
      const other = await peer.ask<Reading>({ read: path });
      if (own.records !== other.records || own.sum !== other.sum)
        throw new Error(
          `expected ${other.records} records of sum ${other.sum}, read ${own.records}, ${own.sum}`,
        );
      if (round === 0) continue;
      ours.push(own);
      theirs.push(other);
    }
    return reportOf(bytes, ours, theirs);
  } finally {
    peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportOf(bytes: number, ours: readonly Reading[], theirs: readonly Reading[]): BenchReport {
  const rate = ({ records, seconds }: Reading): number => records / seconds / 1e6;
  const rows = [spread('voxlab', ours.map(rate)), spread('Python, re', theirs.map(rate))];
  const [own, python] = [rows[0]!.median, rows[1]!.median];
  const { records } = ours[0]!;
  const megabytes = (own * bytes) / records;
  const peak = process.resourceUsage().maxRSS / 1024;
  return {
    name: `gpulog: ${(bytes / 1e6).toFixed(0)} MB of gpustat text, ${records} records of 8 GPUs`,
    unit: 'million records/s',
    higherIsBetter: true,
    repetitions: ours.length,
    rows,
    ratios: [
      { of: 'voxlab / Python', ratio: own / python, target: 5 },
      { of: 'voxlab / (100 MB/s or 1 million records/s)', ratio: Math.max(megabytes / 100, own), target: 1 },
    ],
    machine: `${availableParallelism()} x ${cpus()[0]!.model}`,
    notes: [
      `voxlab reads ${megabytes.toFixed(0)} MB/s; its process had at most ${peak.toFixed(0)} MiB`,
      'both readers gave the same records in every round',
    ],
  };
}

async function readOurs(path: string): Promise<Reading> {
  const began = performance.now();
  let [records, sum] = [0, 0];
  for await (const { devices } of openGpuLog(path).samples)
    for (const { utilizationPercent, memoryUsedMiB } of devices) {
      records++;
      sum += utilizationPercent! + memoryUsedMiB!;
    }
  return { seconds: (performance.now() - began) / 1000, records, sum };
}
