import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { type CellRun, runInCell } from '../../../src/kernel/cells/cellContext.js';
import { createInputReader } from '../../../src/kernel/cells/inputReader.js';
import {
  INPUT,
  INPUT_GIVEN,
  INPUT_INTERRUPTED,
  INPUT_NONE,
  INPUT_WAITING,
  type ToSockets,
} from '../../../src/kernel/wire/channel.js';

/** A cell whose user answers at once: `answer` plays the sockets' thread. */
function reader(
  allow_stdin: boolean,
  answer: (shared: Int32Array, give: (text: string) => void) => void,
  prompt: unknown = 'name? ',
) {
  const shared = new Int32Array(new SharedArrayBuffer(12));
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const sent: ToSockets[] = [];
  const read = createInputReader(shared, port1, (message) => {
    sent.push(message);
    assert.equal(shared[INPUT], INPUT_WAITING);
    answer(shared, (text) => port2.postMessage(text));
  });
  const run = {
    request: { header: { msg_id: 'm' }, identities: [], content: { allow_stdin } },
  } as unknown as CellRun;
  return {
    ask: () => runInCell(run, () => read(prompt as string, true)),
    sent,
    shared,
    close: () => port1.close(),
  };
}

test('createInputReader() asks the front end and returns the line, of any length', () => {
  const long = 'x'.repeat(200_000);
  const { ask, sent, shared, close } = reader(true, (words, give) => {
    give(long);
    words[INPUT] = INPUT_GIVEN;
  });
  assert.equal(ask(), long);
  assert.deepEqual(sent, [
    { kind: 'input', prompt: 'name? ', password: true, request: { header: { msg_id: 'm' }, identities: [] } },
  ]);
  assert.equal(shared[INPUT], INPUT_NONE);
  close();
});

test('createInputReader() asks in text, whatever a cell has as its question', () => {
  const { ask, sent, close } = reader(
    true,
    (words, give) => {
      give('3');
      words[INPUT] = INPUT_GIVEN;
    },
    1n,
  );
  assert.equal(ask(), '3');
  assert.equal(sent[0]?.kind === 'input' && sent[0].prompt, '1');
  close();
});

test('createInputReader() ends with KeyboardInterrupt when the user interrupts instead', () => {
  const { ask, close } = reader(true, (words) => {
    words[INPUT] = INPUT_INTERRUPTED;
  });
  assert.throws(ask, { name: 'KeyboardInterrupt' });
  close();
});

test('createInputReader() refuses where the front end allows no input', () => {
  const { ask, sent, close } = reader(false, () => {});
  assert.throws(ask, /this front end takes no input/);
  assert.deepEqual(sent, []);
  close();
});
