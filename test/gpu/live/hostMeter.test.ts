import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HostMeter } from '../../../src/gpu/live/hostMeter.js';

/** As Linux writes these files: seven tenths of the time busy, 200 MB read from the disk, 100 MB of them from a partition. */
function machine(folder: string, at: 0 | 1): void {
  const cpu = at === 0 ? '100 0 50 1000 10 0 0 0 0 0' : '600 0 250 1200 110 0 0 0 0 0';
  writeFileSync(join(folder, 'stat'), `cpu  ${cpu}\ncpu0 ${cpu}\nintr 1 2 3\n`);
  const disk = (name: string, sectors: number): string =>
    `   8       0 ${name} 121 1 ${sectors} 23 9 9 9 9 0 9 9\n`;
  writeFileSync(
    join(folder, 'diskstats'),
    disk('loop0', 9999999 * at) + disk('sda', 5000 + (200e6 / 512) * at) + disk('sda1', (100e6 / 512) * at),
  );
  writeFileSync(join(folder, '77', 'statm'), '50000 25600 3000 1 0 9000 0\n');
}

test('HostMeter says the share of the cores, reads of whole disks a second, and memory of the process', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-proc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, '77'));
  for (const name of ['sda/device', 'loop0']) mkdirSync(join(folder, 'block', name), { recursive: true });
  machine(folder, 0);
  let now = 0;
  const meter = new HostMeter(77, { proc: folder, blocks: join(folder, 'block') }, () => now);
  t.after(() => meter.close());
  const memory = { processMemoryMiB: 100 };
  assert.deepEqual(meter.use(), { cpuPercent: null, diskReadMBPerSecond: null, ...memory });
  machine(folder, 1);
  now = 2000;
  assert.deepEqual(meter.use(), { cpuPercent: 70, diskReadMBPerSecond: 100, ...memory });
  now = 3000;
  assert.deepEqual(meter.use(), { cpuPercent: null, diskReadMBPerSecond: 0, ...memory });
  const nothing = new HostMeter(undefined, { proc: join(folder, 'none'), blocks: join(folder, 'none') });
  assert.deepEqual(nothing.use(), { cpuPercent: null, processMemoryMiB: null, diskReadMBPerSecond: null });
});

test('HostMeter of this machine: busy at most fully, and as much memory as Node says', async () => {
  const meter = new HostMeter(process.pid);
  meter.use();
  for (const end = performance.now() + 300; performance.now() < end; );
  const { cpuPercent, processMemoryMiB } = meter.use();
  assert.ok(cpuPercent! > 0 && cpuPercent! <= 100, String(cpuPercent));
  const own = process.memoryUsage.rss() / 2 ** 20;
  assert.ok(Math.abs(processMemoryMiB! - own) < 0.1 * own, `${processMemoryMiB} beside ${own}`);
  meter.close();
  // A process that has ended.
  const none = new HostMeter(2 ** 22 + 1);
  assert.equal(none.use().processMemoryMiB, null);
  none.close();
});
