import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../../src/errors.js';
import { toJsonLines } from '../../../src/gpu/logs/gpuJsonLines.js';
import { readGpuLog } from '../../../src/gpu/logs/readGpuLog.js';
import { inRepository } from '../../../src/paths.js';
import { createRandom } from '../../../src/random.js';
import { readBytes } from '../logs.js';

const folder = inRepository('test', 'fixtures', 'gpu');
const fixtures = readdirSync(folder).filter((name) => /\.(txt|csv|json)$/.test(name));

for (const name of fixtures)
  test(`readGpuLog() of ${name} gives the records that its printer was asked for`, async (t) => {
    const expected = readFileSync(join(folder, `${name}.expected.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const log = await readGpuLog(join(folder, name));
    assert.deepEqual(
      log.samples.flatMap(({ devices }) => devices),
      expected,
    );
    assert.deepEqual([log.samples.length, log.ignoredLines], [2, []]);
    const lines = await readBytes(t, log.samples.map(toJsonLines).join(''));
    assert.deepEqual(lines.samples, log.samples);
  });

test('readGpuLog() reads gzip (two members), UTF-16 of both orders with and without mark, and any line end', async (t) => {
  const name = 'gpustat-1.1.1.txt';
  const text = readFileSync(join(folder, name), 'utf8');
  const { samples } = await readGpuLog(join(folder, name));
  const half = text.indexOf('\n', text.length / 2) + 1;
  const utf16 = (content: string) => Buffer.from(content, 'utf16le');
  const packed = [text.slice(0, half), text.slice(half)].map((part) => gzipSync(part));
  for (const bytes of [
    Buffer.concat(packed),
    utf16(`\uFEFF${text}`),
    utf16(text),
    utf16(`\uFEFF${text}`).swap16(),
    utf16(text).swap16(),
    Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`),
    Buffer.from(text.replaceAll('\n', '\r')),
  ])
    assert.deepEqual((await readBytes(t, bytes)).samples, samples);
  const cut = await readBytes(t, packed[0]!.subarray(0, packed[0]!.length - 40));
  assert.ok(cut.samples.length > 0);
});

test('readGpuLog() counts a line of 10 MB, a cut last line and words of a terminal, and reads the rest', async (t) => {
  const block = (second: number) =>
    `h  Thu Oct 11 04:16:2${second} 2018\n[0] K80 | 49'C,  51 % | 1 / 2 MB | a(1M)\n`;
  const log = await readBytes(
    t,
    `Every 1s: gpustat\n${block(0)}${'x'.repeat(10_000_000)}\n${block(1)}h  Thu Oct 11 04:16:22 2018\n[0] K80 | 49'C,  5`,
  );
  assert.deepEqual([log.samples.length, log.ignoredLines], [2, [1, 4, 8, 7]]);
  assert.match(log.ignored![2]!.reason, /cut short by the end/);
});

test('readGpuLog() keeps hosts apart and refuses what is no log', async (t) => {
  assert.equal((await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'))).samples.length, 50);
  await assert.rejects(readGpuLog(join(folder, 'none')), /none: expected a log of GPU use, found nothing/);
  await assert.rejects(readGpuLog(folder), InputError);
  await assert.rejects(readBytes(t, 'some words\n'), /expected a log of GPU use \(JSON .*found none of them/);
  await assert.rejects(readBytes(t, ''), InputError);
  await assert.rejects(
    readBytes(t, '[0] K80 | x\n'),
    /log:1: expected text of gpustat, found no whole sample/,
  );
});

/** A change that damages lines or loses them, as disks, terminals and second writers do; none moves a line to another block. */
function mutated(text: string, random: () => number): string {
  const lines = text.split('\n');
  const whole = Math.floor(random() * lines.length);
  const line = lines[whole]!;
  const at = Math.floor(random() * (line.length + 1));
  const to = at + Math.floor(random() * (line.length - at + 1));
  const noise = ['\0', '|', '{', '[', '"', ',', '#', '\r', '\u001b[', '9', ' ', 'é'][
    Math.floor(random() * 12)
  ]!;
  const changes = [
    () => lines.splice(whole, 1, line.slice(0, at) + noise + line.slice(at + 1)),
    () => lines.splice(whole, 1, line.slice(0, at) + line.slice(to)),
    () => lines.splice(whole, 1, line.slice(0, at), line.slice(at)),
    () => lines.splice(whole, 1),
    () => lines.splice(whole, 0, line),
    () => lines.splice(whole, 2, `${line}${lines[whole + 1] ?? ''}`),
    () => lines.splice(whole, lines.length, line.slice(0, at)),
    () => lines.splice(whole, 0, noise.repeat(at)),
  ];
  changes[Math.floor(random() * changes.length)]!();
  return lines.join('\n');
}

/** As our own recorder writes it, of the same devices. */
const recording = (await readGpuLog(join(folder, 'gpustat-1.1.1.json'))).samples
  .map((sample) => {
    const use = {
      cpuPercent: 40,
      processMemoryMiB: 512,
      diskReadMBPerSecond: 3,
      step: 7,
      stepMilliseconds: 9,
      waitShare: 0,
    };
    return toJsonLines({ ...sample, use });
  })
  .join('');

for (const [name, text] of [
  ...fixtures.map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const),
  ['a recording of voxlab', recording] as const,
])
  test(`readGpuLog() of ${name}, damaged in 150 ways, gives records of one block each, or an InputError`, async (t) => {
    const intact = await readBytes(t, text);
    const random = createRandom(7);
    const blockOfTime = new Map(
      intact.samples.flatMap(({ devices }, block) => devices.map(({ time }) => [time, block])),
    );
    for (let round = 0; round < 150; round++) {
      const damaged = mutated(text, () => random.uniform());
      const log = await readBytes(t, damaged).catch((error: unknown) => {
        assert.ok(error instanceof InputError, String(error));
      });
      for (const record of (log?.samples ?? []).flatMap(({ devices }) => devices)) {
        // The memory in use names the block, 1000 or 1097 MiB; a damaged number is another one.
        const block = [1000, 1097].indexOf(record.memoryUsedMiB ?? -1);
        const mixed = block >= 0 && record.time !== null && (blockOfTime.get(record.time) ?? block) !== block;
        assert.ok(!mixed, `round ${round}: ${JSON.stringify(record)}`);
        assert.ok(record.time === null || Number.isFinite(Date.parse(record.time)));
      }
    }
  });
