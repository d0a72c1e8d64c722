import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CellRun, runInCell } from '../../src/kernel/cells/cellContext.js';
import { redirectOutputStreams } from '../../src/kernel/outputStreams.js';
import type { ToSockets } from '../../src/kernel/wire/channel.js';

test('redirectOutputStreams() sends text, bytes and encoded text to the cell that writes', () => {
  const sent: ToSockets[] = [];
  const streams = { stdout: {}, stderr: {} } as Record<'stdout' | 'stderr', NodeJS.WriteStream>;
  redirectOutputStreams((message) => sent.push(message), streams);
  let called = 0;
  const run = { request: { header: { msg_id: 'm1' } } } as CellRun;
  runInCell(run, () => {
    assert.equal(
      streams.stdout.write('text', () => called++),
      true,
    );
    streams.stderr.write(Buffer.from('é'));
    streams.stdout.write('w6k=', 'base64', () => called++);
  });
  streams.stdout.write('outside');
  assert.equal(called, 2);
  const parent = { msg_id: 'm1' };
  assert.deepEqual(sent, [
    { kind: 'stream', name: 'stdout', text: 'text', parent },
    { kind: 'stream', name: 'stderr', text: 'é', parent },
    { kind: 'stream', name: 'stdout', text: 'é', parent },
    { kind: 'stream', name: 'stdout', text: 'outside', parent: {} },
  ]);
});
