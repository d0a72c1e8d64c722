import type { GpuRecord } from '../records/gpuRecord.js';
import { type GpustatDevice, GpustatDeviceParser } from './gpustatDevice.js';
import { type GpustatHeader, gpustatHeader } from './gpustatHeader.js';
import { CUT_SHORT, type LogReader, type LogSink } from './logReader.js';

const BRACKET = '['.charCodeAt(0);
/** `├─  48448 ( 123%, 4000MB): python train.py`: a process's whole command, below its device. */
const FULL_COMMAND = /^\s*[├└]─\s*(?:\d+|--)\s*\(/;

/** The first one's devices were lost, or two programs write: whose are the next? */
const TWO_HEADERS = 'below two headers in a row: two programs wrote at once';

interface Block {
  readonly header: GpustatHeader;
  readonly devices: GpuRecord[];
  readonly lines: number[];
  /** Why its devices cannot be trusted to be this header's. */
  mixed: string | undefined;
}

/**
 * Reads the text that gpustat 0.x and 1.x print, one block after the other: a header line with host and time, a line a GPU.
 * A line that may have been a header ends the block: the devices behind it belong to nobody. A block whose indexes neither
 * rise nor fall has devices of another one, by a lost header or by a second writer, and is left out as a whole.
 */
export class GpustatTextReader implements LogReader {
  private readonly devices = new GpustatDeviceParser();
  private block: Block | undefined;

  constructor(private readonly sink: LogSink) {}

  line(text: string, from: number, to: number, number: number): void {
    if (text.charCodeAt(from) === BRACKET) this.device(this.devices.parse(text, from, to), number);
    else this.otherLine(text.slice(from, to), number);
  }

  lastLine(line: string, number: number): void {
    const device = line.startsWith('[') ? this.devices.parse(line, 0, line.length) : undefined;
    // Behind the last bar there may have been processes.
    const complete = device !== undefined && (device.processes === null || device.processes.length > 0);
    if (device === undefined) this.sink.ignore(number, CUT_SHORT);
    else this.device(complete ? device : { ...device, processes: null }, number);
  }

  end(): void {
    this.endBlock();
  }

  private device(device: GpustatDevice | undefined, number: number): void {
    const { block } = this;
    if (device === undefined) this.sink.ignore(number, 'a GPU that does not read as gpustat prints it');
    else if (block === undefined)
      this.sink.ignore(number, 'a GPU without a header line of host and time above it');
    else this.deviceOf(block, device, number);
  }

  private deviceOf(block: Block, device: GpustatDevice, number: number): void {
    const [first, second] = block.devices;
    const last = block.devices.at(-1);
    // `gpustat --id 1,0` prints them in that order.
    const falls = second !== undefined && second.index! < first!.index!;
    const step = last === undefined ? 1 : (device.index - last.index!) * (falls ? -1 : 1);
    const fits = second === undefined ? step !== 0 : step > 0;
    if (last !== undefined && !fits)
      block.mixed = `GPU ${device.index} below GPU ${last.index}: a header is missing, or two programs wrote at once`;
    block.lines.push(number);
    if (block.mixed === undefined) block.devices.push(recordOf(block.header, device));
    else this.leaveOut(block, block.mixed);
  }

  /** Nothing is held of it, however long it gets. */
  private leaveOut({ devices, lines }: Block, reason: string): void {
    for (const line of lines) this.sink.ignore(line, reason);
    devices.length = 0;
    lines.length = 0;
  }

  private otherLine(line: string, number: number): void {
    if (line.trim() === '' || FULL_COMMAND.test(line)) return;
    const header = gpustatHeader(line);
    // Damage before the bracket; a header has no bars.
    const damagedDevice = header === undefined && /\|.*\|/.test(line);
    if (damagedDevice) this.sink.ignore(number, 'a GPU that does not read as gpustat prints it');
    else {
      const emptyBefore = this.block?.lines.length === 1 && this.block.lines[0] === number - 1;
      this.endBlock();
      if (header === undefined) this.sink.ignore(number, 'neither a header of host and time nor a GPU');
      else
        this.block = { header, devices: [], lines: [number], mixed: emptyBefore ? TWO_HEADERS : undefined };
    }
  }

  private endBlock(): void {
    const { block } = this;
    this.block = undefined;
    if (block === undefined) return;
    const { header, devices } = block;
    if (devices.length > 0) this.sink.sample({ time: header.time, host: header.host, devices });
    else this.leaveOut(block, block.mixed ?? 'a header without a GPU');
  }
}

function recordOf({ time, host }: GpustatHeader, device: GpustatDevice): GpuRecord {
  return {
    time,
    host,
    index: device.index,
    uuid: null,
    name: device.name,
    utilizationPercent: device.utilizationPercent,
    memoryUsedMiB: device.memoryUsedMiB,
    memoryTotalMiB: device.memoryTotalMiB,
    temperatureC: device.temperatureC,
    powerW: device.powerW,
    processes: device.processes,
  };
}
