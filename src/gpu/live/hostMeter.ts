import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import type { HostUse } from '../records/hostUse.js';

type MachineUse = Pick<HostUse, 'cpuPercent' | 'processMemoryMiB' | 'diskReadMBPerSecond'>;

const SECTOR_BYTES = 512;
/** Of x86-64. */
const PAGE_BYTES = 4096;
const MIB = 2 ** 20;

/** Where Linux says what a machine does; tests name folders of their own. */
export interface MachineFolders {
  readonly proc: string;
  readonly blocks: string;
}

/** Reads what the machine and one process do, from /proc; rates are since the reading before, unknown in the first one. Null for what it does not say. */
export class HostMeter {
  private readonly stat: ProcFile;
  private readonly disks: ProcFile;
  private readonly memory: ProcFile | undefined;
  private readonly wholeDisks: ReadonlySet<string>;
  private cpu: readonly [busy: number, all: number] | undefined;
  private read: readonly [bytes: number, atMs: number] | undefined;

  /** `pid`: the process whose memory is read. */
  constructor(
    pid: number | undefined,
    { proc, blocks }: MachineFolders = { proc: '/proc', blocks: '/sys/block' },
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.stat = new ProcFile(`${proc}/stat`, 512);
    this.disks = new ProcFile(`${proc}/diskstats`, 65536);
    this.memory = pid === undefined ? undefined : new ProcFile(`${proc}/${pid}/statm`, 256);
    // Partitions and volumes on them would count what their disk counts already.
    const names = existsSync(blocks) ? readdirSync(blocks) : [];
    this.wholeDisks = new Set(names.filter((name) => existsSync(`${blocks}/${name}/device`)));
  }

  use(): MachineUse {
    const pages = Number(this.memory?.text()?.split(' ')[1]);
    return {
      cpuPercent: this.cpuPercent(),
      processMemoryMiB: pages > 0 ? (pages * PAGE_BYTES) / MIB : null,
      diskReadMBPerSecond: this.diskReads(),
    };
  }

  close(): void {
    for (const file of [this.stat, this.disks, this.memory]) file?.close();
  }

  /** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
  private cpuPercent(): number | null {
    const numbers = /^cpu +([\d ]+)/
      .exec(this.stat.text() ?? '')?.[1]
      ?.split(' ', 8)
      .map(Number);
    if (numbers === undefined || numbers.length < 5) return null;
    const all = numbers.reduce((sum, value) => sum + value, 0);
    const now = [all - numbers[3]! - numbers[4]!, all] as const;
    const before = this.cpu;
    this.cpu = now;
    if (before === undefined || now[1] <= before[1]) return null;
    return rounded(Math.min(100, Math.max(0, (100 * (now[0] - before[0])) / (now[1] - before[1]))));
  }

  private diskReads(): number | null {
    const text = this.disks.text();
    if (text === undefined || this.wholeDisks.size === 0) return null;
    let sectors = 0;
    for (const line of text.split('\n')) {
      const cells = line.trim().split(/\s+/, 6);
      if (this.wholeDisks.has(cells[2] ?? '')) sectors += Number(cells[5]);
    }
    const now = [sectors * SECTOR_BYTES, this.nowMs()] as const;
    const before = this.read;
    this.read = now;
    if (before === undefined || now[1] <= before[1]) return null;
    return rounded(Math.max(0, now[0] - before[0]) / 1000 / (now[1] - before[1]));
  }
}

/** A file of /proc that is kept open: it is read ten times a second. */
class ProcFile {
  private file: number | undefined;
  private readonly buffer: Buffer;

  constructor(path: string, bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes);
    try {
      this.file = openSync(path, 'r');
    } catch {
      this.file = undefined;
    }
  }

  /** Its first bytes; undefined where there is none, or its process has ended. */
  text(): string | undefined {
    if (this.file === undefined) return undefined;
    try {
      return this.buffer.toString('latin1', 0, readSync(this.file, this.buffer, 0, this.buffer.length, 0));
    } catch {
      return undefined;
    }
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
