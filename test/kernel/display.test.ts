import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { clearOutput, display, liveDisplay } from '../../src/kernel/display.js';
import { type KernelSession, openSession } from '../../src/kernel/session.js';
import type { JsonObject } from '../../src/kernel/wire/protocol.js';

test('display() prints the text form outside of a notebook', () => {
  const write = mock.method(process.stdout, 'write', () => true);
  display({ 'text/html': '<b>x</b>', 'text/plain': 'x' });
  display({ a: 1 });
  write.mock.restore();
  assert.deepEqual(
    write.mock.calls.map(({ arguments: [text] }) => text),
    ['x\n', '{ a: 1 }\n'],
  );
});

test('display(), liveDisplay() and clearOutput() publish Jupyter messages in a notebook', () => {
  const published: [string, JsonObject][] = [];
  openSession({
    publish: (type: string, content: JsonObject) => published.push([type, content]),
  } as unknown as KernelSession);
  display(
    { 'image/png': Uint8Array.of(0), 'text/plain': 'slice' },
    { metadata: { 'image/png': { width: 64 } } },
  );
  const live = liveDisplay();
  live.show({ 'text/html': '1' });
  live.show({ 'text/html': '2' });
  clearOutput({ wait: true });

  assert.deepEqual(published[0], [
    'display_data',
    {
      data: { 'image/png': 'AA==', 'text/plain': 'slice' },
      metadata: { 'image/png': { width: 64 } },
      transient: {},
    },
  ]);
  assert.deepEqual(
    published.slice(1).map(([type]) => type),
    ['display_data', 'update_display_data', 'clear_output'],
  );
  const [first, second] = published
    .slice(1, 3)
    .map(([, { transient }]) => transient as { display_id: string });
  assert.equal(first?.display_id, second?.display_id);
  assert.match(String(first?.display_id), /^[0-9a-f-]{36}$/);
  assert.deepEqual(published[3]?.[1], { wait: true });
});

test("liveDisplay() shows a chart's picture, because plotly's renderer takes no update", () => {
  const published: [string, JsonObject][] = [];
  openSession({
    publish: (type: string, content: JsonObject) => published.push([type, content]),
  } as unknown as KernelSession);
  const live = liveDisplay();
  const plotly = { 'application/vnd.plotly.v1+json': { data: [] } };
  live.show({ ...plotly, 'image/svg+xml': '<svg/>' });
  live.show(plotly);
  live.show(3);
  assert.deepEqual(
    published.map(([, { data }]) => data),
    [{ 'image/svg+xml': '<svg/>' }, plotly, { 'text/plain': '3' }],
  );
});
