import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '../../errors.js';
import { readOrReason } from '../logs/leftOut.js';
import { smiRecord } from '../logs/nvidiaSmiCsv.js';
import type { SmiField } from '../logs/smiField.js';
import { commaCells } from '../logs/tableCells.js';
import type { DeviceReading, GpuSource, OnTrouble } from './gpuSource.js';

const FIELDS = [
  ...(['index', 'uuid', 'name', 'utilization.gpu', 'memory.used', 'memory.total'] as const),
  ...(['temperature.gpu', 'power.draw'] as const),
] as const satisfies readonly SmiField[];
const SILENT_AT_LEAST_MS = 10_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/** Reads devices from an nvidia-smi that runs beside this process; one that ends, or falls silent, is started again. */
export class NvidiaSmiSource implements GpuSource {
  readonly name = 'nvidia-smi';
  private child: ChildProcess | undefined;
  private fresh = new Map<number, DeviceReading>();
  private rest = '';
  private lastLineMs = performance.now();
  private retryMs = FIRST_RETRY_MS;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;
  private told = '';

  constructor(
    private readonly intervalMs: number,
    private readonly onTrouble: OnTrouble,
  ) {
    this.start();
  }

  take(): readonly DeviceReading[] {
    if (this.child !== undefined && performance.now() - this.lastLineMs > this.silentMs) {
      this.tell(`nvidia-smi said nothing for ${(this.silentMs / 1000).toFixed(0)} s and is started again`);
      this.child.kill('SIGKILL');
    }
    const readings = [...this.fresh.values()].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    this.fresh = new Map();
    return readings;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.child?.kill();
  }

  private get silentMs(): number {
    return Math.max(SILENT_AT_LEAST_MS, 10 * this.intervalMs);
  }

  private start(): void {
    this.lastLineMs = performance.now();
    this.rest = '';
    const query = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'];
    const child = spawn('nvidia-smi', [...query, '-lms', String(this.intervalMs)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.lines(text));
    let why: string | undefined;
    child.on('error', (error) => {
      why = messageOf(error);
    });
    child.on('close', (code, signal) => this.ended(why ?? `ended with ${signal ?? `exit code ${code}`}`));
  }

  private ended(why: string): void {
    this.child = undefined;
    if (this.closed) return;
    this.tell(`nvidia-smi ${why}; it is started again`);
    this.retry = setTimeout(() => this.start(), this.retryMs);
    this.retry.unref();
    this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
  }

  private lines(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) {
      this.lastLineMs = performance.now();
      const read = readOrReason(() => smiRecord(FIELDS, commaCells(line)));
      if (typeof read === 'string') this.tell(`nvidia-smi: ${line.trim().slice(0, 120)}`);
      else if (read.index !== null) this.recover(read.index, read);
    }
  }

  private recover(index: number, { time: _, host: __, ...reading }: ReturnType<typeof smiRecord>): void {
    this.fresh.set(index, reading);
    this.retryMs = FIRST_RETRY_MS;
    this.told = '';
  }

  private tell(text: string): void {
    if (text !== this.told) this.onTrouble(text);
    this.told = text;
  }
}
