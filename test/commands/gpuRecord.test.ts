import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGpuLog } from '../../src/gpu/logs/readGpuLog.js';
import { fakeDriver, whyNoCompiler } from '../gpu/fakeDriver.js';
import { startNode, until } from '../processes.js';
import { CLI, voxlab } from './voxlab.js';

const skip = whyNoCompiler();
const row = (index: number, code: number) =>
  `GPU-${index} Tesla_T4 ${50 + index} 1000 15360 40 70000 1:128 ${code}`;
const linesOf = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);

test('gpu record --seconds without a GPU: the host alone, one document on stdout', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-gpu-record-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'log.jsonl');
  const { status, stdout, stderr } = voxlab(
    ...['gpu', 'record', '--seconds', '0.5', '--interval', '100', '--pid', String(process.pid)],
    ...['--out', out, '--json'],
  );
  assert.equal(status, 0, stderr);
  const { file, samples } = JSON.parse(stdout);
  assert.equal(file, out);
  assert.ok(samples >= 1 && samples <= 6, String(samples));
  const first = JSON.parse(linesOf(out)[0]!);
  assert.deepEqual(Object.keys(first), [
    ...['time', 'host', 'cpuPercent', 'processMemoryMiB', 'diskReadMBPerSecond'],
    ...['step', 'stepMilliseconds', 'waitShare'],
  ]);
  assert.ok(first.processMemoryMiB > 1);
  assert.match(voxlab('gpu', 'summary', out).stdout, /processors [\d.?]+ %, process at most \d+ MiB/);
});

test('gpu record by NVML: a lost device, a reset driver and log rotation are survived, kill -9 leaves whole lines', {
  skip,
}, async (t) => {
  const driver = fakeDriver(t, row(0, 0), row(1, 0));
  const out = join(driver.folder, 'log.jsonl');
  const words = [CLI, 'gpu', 'record', '--interval', '20', '--out', out];
  const { pid, text, ended } = startNode(t, words, { env: driver.env });
  const samplesOf = (pattern: RegExp): number => linesOf(out).filter((line) => pattern.test(line)).length;
  await until('both devices', () => samplesOf(/"GPU-1"/) > 5);
  driver.says(row(0, 0), row(1, 15));
  await until('the loss is said', () => /note: GPU 1: nvml\w+: GPU is lost/.test(text()));
  const before = samplesOf(/"GPU-0"/);
  await until('the other goes on', () => samplesOf(/"GPU-0"/) > before + 5);
  driver.says('driver 999 reset', row(0, 0), row(1, 0));
  await until('the reset is said', () => /Unknown Error/.test(text()));
  const lost = samplesOf(/"GPU-1"/);
  await until('both are back', () => samplesOf(/"GPU-1"/) > lost + 5);
  renameSync(out, `${out}.1`);
  await until('a new file', () => linesOf(out).length > 20);
  process.kill(pid, 'SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  for (const file of [out, `${out}.1`]) {
    const log = await readGpuLog(file);
    assert.deepEqual(log.ignoredLines, []);
    assert.equal(readFileSync(file, 'utf8').at(-1), '\n');
    for (const { devices, use } of log.samples) {
      assert.ok(use !== undefined);
      for (const { index, utilizationPercent } of devices) assert.equal(utilizationPercent, 50 + index!);
    }
  }
});

test('gpu record ends in order on Ctrl-C', { skip }, async (t) => {
  const driver = fakeDriver(t, row(0, 0));
  const out = join(driver.folder, 'log.jsonl');
  const { pid, text, ended } = startNode(t, [CLI, 'gpu', 'record', '--interval', '20', '--out', out], {
    env: driver.env,
  });
  await until('samples', () => linesOf(out).length > 10);
  process.kill(pid, 'SIGINT');
  assert.equal(await ended, 0);
  assert.match(text(), /recording the GPUs by NVML, and this machine, to .*\n\d+ samples in /);
});
