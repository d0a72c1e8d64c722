import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { LineCutter } from '../../src/gpu/logs/logLines.js';
import type { LogReader, LogSink } from '../../src/gpu/logs/logReader.js';
import { readGpuLog } from '../../src/gpu/logs/readGpuLog.js';
import type { GpuLog, GpuRecord, GpuSample } from '../../src/gpu/records/gpuRecord.js';

/** What a reader makes of a text. */
export function readBy(
  reader: (sink: LogSink) => LogReader,
  text: string,
): { samples: GpuSample[]; ignored: { line: number; reason: string }[] } {
  const samples: GpuSample[] = [];
  const ignored: { line: number; reason: string }[] = [];
  const sink: LogSink = {
    sample: (sample) => void samples.push(sample),
    ignore: (line, reason) => void ignored.push({ line, reason }),
  };
  const cutter = new LineCutter(reader(sink), (line) => sink.ignore(line, 'too long'));
  cutter.push(text);
  cutter.end();
  return { samples, ignored };
}

/** Reads bytes as a file of a folder of the test's own. */
export function readBytes(t: TestContext, bytes: string | Uint8Array): Promise<GpuLog> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-gpu-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'log');
  writeFileSync(file, bytes);
  return readGpuLog(file);
}

/** A sample of GPUs 0, 1, ... that say only what is given. */
export function madeSample(
  time: string | null,
  devices: readonly Partial<GpuRecord>[],
  host: string | null = null,
): GpuSample {
  const unknown = {
    uuid: null,
    name: null,
    utilizationPercent: null,
    memoryUsedMiB: null,
    memoryTotalMiB: null,
  };
  return {
    time,
    host,
    devices: devices.map((device, index) => ({
      ...{ time, host, index, ...unknown, temperatureC: null, powerW: null, processes: null },
      ...device,
    })),
  };
}
