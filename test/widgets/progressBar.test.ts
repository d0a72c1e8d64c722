import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterruptedError, throwIfAborted } from '../../src/errors.js';
import { displayIdOf } from '../../src/kernel/outputs/mimeBundle.js';
import { progress } from '../../src/widgets/progressBar.js';
import { openFrontSession } from './frontSession.js';

const VIEW = 'application/vnd.jupyter.widget-view+json';

/** Work that ends between two steps, as train() does. */
async function* steps(count: number, signal?: AbortSignal) {
  for (let step = 1; step <= count; step++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (signal?.aborted) throw new InterruptedError('stopped after a step');
    yield step;
  }
}

test('progress() follows a source to its end, and tells the page at most ten times a second', async () => {
  const front = openFrontSession();
  const bar = progress({ label: 'work', total: 40 });
  front.show(bar);
  for await (const step of bar.follow(steps(40, bar.signal))) bar.update(step, `loss ${step}`);
  assert.equal(bar.status, 'done');
  assert.ok(front.published.length < 8, `${front.published.length} messages`);
  assert.deepEqual([front.lastState().fraction, front.lastState().status], [1, 'done']);
  assert.match(String(front.lastState().text), /^40 of 40 · loss 40 · 0:00$/);
});

test('progress() saves its last state: what stands for the bar is drawn anew when the work ends, and escaped', async () => {
  const front = openFrontSession();
  const bar = progress({ label: 'a <b>', total: 8 });
  const { bundle } = front.show(bar);
  assert.equal(bundle['text/plain'], 'a <b>: not finished');
  bar.update(6, 'loss <i>');
  bar.finish('cancelled');
  const renewed = front.published.filter(({ type }) => type === 'update_display_data');
  assert.equal(renewed.length, 1);
  const { data, transient } = renewed[0]!.content as { data: Record<string, string>; transient: object };
  assert.deepEqual(transient, { display_id: displayIdOf(bar) });
  assert.match(data['text/plain']!, /^a <b>: 75 % · 6 of 8 · loss <i> · 0:00 · cancelled$/);
  assert.match(data['text/html']!, /a &lt;b&gt; <progress aria-label="a &lt;b&gt;" value="0.75" max="1"/);
  assert.match(data['text/html']!, /loss &lt;i&gt; · 0:00 · cancelled/);
  assert.deepEqual(data[VIEW], bundle[VIEW], 'the view stays that of the bar');
});

test('progress() that reaches its total and is never finished keeps that', async () => {
  const front = openFrontSession();
  const bar = progress({ total: 2 });
  front.show(bar);
  bar.update(2);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const { data } = front.published.find(({ type }) => type === 'update_display_data')!.content as {
    data: Record<string, string>;
  };
  assert.equal(data['text/plain'], 'progress: 100 % · 2 of 2 · 0:00 · not finished');
});

test('the button of progress() aborts its signal, and the loop ends without an error', async () => {
  const front = openFrontSession();
  const bar = progress({ total: 1000 });
  const { id } = front.show(bar);
  let last = 0;
  for await (const step of bar.follow(steps(1000, bar.signal))) {
    last = step;
    if (step === 3) front.custom(id, { cancel: true });
  }
  assert.deepEqual([last, bar.status, bar.signal.aborted], [3, 'cancelled', true]);
  assert.throws(() => throwIfAborted(bar.signal, 'x'));
});

test('progress() hands on an error of the work, and a loop that is left cancels the bar', async () => {
  openFrontSession();
  const failing = progress();
  await assert.rejects(async () => {
    for await (const _ of failing.follow(fail())) assert.fail();
  }, /broken/);
  assert.equal(failing.status, 'failed');
  const left = progress();
  for await (const _ of left.follow(steps(5))) break;
  assert.equal(left.status, 'cancelled');
});

// biome-ignore lint/correctness/useYield: it fails before
async function* fail(): AsyncGenerator<number> {
  throw new Error('broken');
}

test('progress() beyond its total, without steps and with a total that is none', async () => {
  const front = openFrontSession();
  for (const [total, done, fraction] of [
    [10, 25, 1],
    [10, -5, 0],
    [0, 0, null],
    [Number.POSITIVE_INFINITY, 3, null],
    [Number.NaN, 3, null],
  ] as const) {
    const bar = progress({ total });
    front.show(bar);
    bar.update(done);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(front.lastState().fraction, fraction);
    assert.match(String(front.lastState().text), / · \d+:\d\d( left)?$/);
  }
});

test('progress() says … for what nobody knows yet: before the first step, and without a total', async () => {
  const front = openFrontSession();
  const bar = progress({ label: 'work' });
  front.show(bar);
  assert.equal(front.lastState().text, '…');
  bar.update(3, 'reading');
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(front.lastState().text, 'reading · … · 0:00');
  bar.total = 6;
  bar.update(3);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.match(String(front.lastState().text), /^3 of 6 · reading · 0:0\d left$/);
  bar.finish();
  assert.match(String(front.lastState().text), /^3 of 6 · reading · 0:0\d$/);
});
