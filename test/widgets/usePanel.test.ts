import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createComms } from '../../src/kernel/comms.js';
import type { JsonObject } from '../../src/kernel/protocol.js';
import { openSession } from '../../src/kernel/session.js';
import type { TrainRecord } from '../../src/training/run/trainRecords.js';
import { usePanel } from '../../src/widgets/usePanel.js';

interface Output {
  readonly type: string;
  readonly content: JsonObject;
  readonly atMs: number;
}

/** A session that keeps the outputs of the cell. */
function session(): Output[] {
  const outputs: Output[] = [];
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  openSession({
    comms: createComms(() => {}),
    publish: (type, content) => void outputs.push({ type, content, atMs: performance.now() }),
    readInput: unused,
    showInPager: unused,
    interruptSignal: () => new AbortController().signal,
  });
  return outputs;
}

async function* run(steps: number): AsyncGenerator<TrainRecord> {
  yield { kind: 'start', run: 'r' } as TrainRecord;
  for (let step = 1; step <= steps; step++) {
    await wait(30);
    const ms = { wait: 10, copy: 0, compute: 20, reduce: 0, update: 0 };
    yield { kind: 'step', step, loss: 1 / step, accuracy: 0.5, waitShare: 1 / 3, ms } as TrainRecord;
  }
}

test('usePanel() hands on a training and draws it in one output, at most twice a second; the last drawing has all steps', async () => {
  const outputs = session();
  const panel = usePanel({ intervalMs: 1 });
  let records = 0;
  for await (const _ of panel.follow(run(60))) records++;
  assert.equal(records, 61);
  assert.deepEqual([...new Set(outputs.map(({ type }) => type))], ['display_data', 'update_display_data']);
  assert.equal(outputs.filter(({ type }) => type === 'display_data').length, 1);
  const ids = outputs.map(({ content }) => JSON.stringify(content.transient));
  assert.equal(new Set(ids).size, 1, 'one output');
  // The last one is drawn when the training ends, whenever that is.
  const pauses = outputs.slice(1, -1).map(({ atMs }, at) => atMs - outputs[at]!.atMs);
  assert.ok(pauses.every((pause) => pause > 350) && pauses.length >= 2, pauses.join(' '));
  const svg = (outputs.at(-1)!.content.data as JsonObject)['image/svg+xml'] as string;
  const html = (outputs.at(-1)!.content.data as JsonObject)['text/html'] as string;
  assert.match(
    html,
    /^<div tabindex="-1" data-lm-suppress-shortcuts="true"[^>]*><img alt="training, [^"]*" src="data:/,
  );
  const text = (outputs.at(-1)!.content.data as JsonObject)['text/plain'] as string;
  assert.match(text, /^Loss 0\.\d{3} at step 60.*\nstep 60, .*\na step takes: [\d.]+ to [\d.]+ ms\n/s);
  for (const words of ['Loss', 'validation', 'rate', 'a step takes', 'steps wait'])
    assert.ok(svg.includes(words), words);
  assert.equal(panel.samples.at(-1)!.use!.step, 60);
});

test('usePanel() ends with a training that fails, or is left', async () => {
  const outputs = session();
  async function* failing(): AsyncGenerator<TrainRecord> {
    yield* run(2);
    throw new Error('no luck');
  }
  await assert.rejects(async () => {
    for await (const _ of usePanel().follow(failing()));
  }, /no luck/);
  for await (const record of usePanel().follow(run(100))) if (record.kind === 'step') break;
  const { length } = outputs;
  await wait(1200);
  assert.equal(outputs.length, length);
});
