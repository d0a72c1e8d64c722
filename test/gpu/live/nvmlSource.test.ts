import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Nvml, NvmlError, type NvmlValues } from '../../../src/gpu/live/nvmlApi.js';
import { NvmlSource } from '../../../src/gpu/live/nvmlSource.js';

/** A driver of three devices whose faults a test sets: code by device, or of all calls. */
class Driver implements Nvml {
  readonly faults = new Map<number, number>();
  all: number | undefined;
  inits = 0;
  lists = 0;
  now = 0;
  readonly troubles: string[] = [];
  readonly source = new NvmlSource(
    this,
    (text) => this.troubles.push(text),
    () => this.now,
  );

  init(): void {
    this.inits++;
    this.check();
  }

  shutdown(): void {}

  devices() {
    this.check();
    return [0, 1, 2].map((index) => ({ index, handle: BigInt(index), uuid: `GPU-${index}`, name: 'T4' }));
  }

  read(handle: bigint): NvmlValues {
    this.check(Number(handle));
    return { utilizationPercent: 10, memoryUsedMiB: 1, memoryTotalMiB: 2, temperatureC: 30, powerW: 40 };
  }

  processes() {
    this.lists++;
    return [];
  }

  seen(): (number | null)[] {
    return this.source.take().map(({ index }) => index);
  }

  private check(device?: number): void {
    const code = this.all ?? (device === undefined ? undefined : this.faults.get(device));
    if (code !== undefined) throw new NvmlError(code, `fault ${code}`);
  }
}

test('NvmlSource leaves a lost device out, says it once, goes on with the others, and has it again when it is back', () => {
  const driver = new Driver();
  assert.deepEqual(driver.seen(), [0, 1, 2]);
  driver.faults.set(1, 15);
  for (let at = 0; at < 10; at++) assert.deepEqual(driver.seen(), [0, 2]);
  assert.deepEqual(driver.troubles, ['GPU 1: fault 15']);
  driver.faults.clear();
  assert.deepEqual(driver.seen(), [0, 1, 2]);
  driver.faults.set(1, 15);
  driver.seen();
  assert.equal(driver.troubles.length, 2, 'a new loss is said anew');
});

test('NvmlSource begins NVML anew after a reset, ever more rarely, and is as before when the driver is back', () => {
  const driver = new Driver();
  driver.all = 999;
  assert.deepEqual(driver.seen(), []);
  const began: number[] = [];
  for (driver.now = 0; driver.now < 600_000; driver.now += 1000) {
    const before = driver.inits;
    assert.deepEqual(driver.seen(), []);
    if (driver.inits > before) began.push(driver.now / 1000);
  }
  assert.deepEqual(began.slice(0, 4), [2, 6, 14, 30]);
  assert.ok(began.length < 14, `${began.length} times in ten minutes`);
  driver.all = undefined;
  driver.now += 120_000;
  assert.deepEqual(driver.seen(), [0, 1, 2]);
  driver.all = 1;
  driver.seen();
  const { inits } = driver;
  driver.now += 2000;
  driver.seen();
  assert.equal(driver.inits, inits + 1, 'as quickly as at first');
});

test('NvmlSource lists processes once a second', () => {
  const driver = new Driver();
  for (driver.now = 0; driver.now < 3000; driver.now += 100) driver.seen();
  assert.equal(driver.lists, 9);
});
