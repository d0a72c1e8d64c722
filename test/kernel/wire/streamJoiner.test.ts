import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Header } from '../../../src/kernel/wire/protocol.js';
import { createStreamJoiner } from '../../../src/kernel/wire/streamJoiner.js';

const parent = (msg_id: string): Header => ({ msg_id }) as Header;

test('createStreamJoiner() joins pieces of one cell and stream until the time is up', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const sent: string[][] = [];
  const joiner = createStreamJoiner((name, text, { msg_id }) => sent.push([name, text, String(msg_id)]), {
    afterMs: 30,
  });
  for (const text of ['a', 'b', 'c']) joiner.write('stdout', text, parent('1'));
  assert.deepEqual(sent, []);
  mock.timers.tick(30);
  assert.deepEqual(sent, [['stdout', 'abc', '1']]);
  mock.timers.reset();
});

test('createStreamJoiner() keeps the order when stream or cell change, and sends a large text at once', () => {
  const sent: string[][] = [];
  const joiner = createStreamJoiner((name, text, { msg_id }) => sent.push([name, text, String(msg_id)]), {
    atChars: 5,
  });
  joiner.write('stdout', 'a', parent('1'));
  joiner.write('stderr', 'b', parent('1'));
  joiner.write('stderr', 'c', parent('2'));
  joiner.write('stderr', 'long text', parent('2'));
  assert.deepEqual(sent, [
    ['stdout', 'a', '1'],
    ['stderr', 'b', '1'],
    ['stderr', 'clong text', '2'],
  ]);
  joiner.flush();
  assert.equal(sent.length, 3);
});
