import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slider } from '../../src/widgets/slider.js';
import { openFrontSession } from './frontSession.js';

test('a page that is loaded again gets the states of all open widgets in one answer', () => {
  const front = openFrontSession();
  const kept = slider({ min: 0, max: 9, value: 4 });
  const closed = slider({ min: 0, max: 9 });
  const { id } = front.show(kept);
  const { id: closedId } = front.show(closed);
  closed.close();
  front.comms.receiveOpen({ comm_id: 'c', target_name: 'jupyter.widget.control', data: {} }, []);
  front.comms.receiveMessage({ comm_id: 'c', data: { method: 'request_states' } }, []);
  const { method, states } = front.published.at(-1)!.content.data as {
    method: string;
    states: Record<string, { model_name: string; state: { value: number } }>;
  };
  assert.equal(method, 'update_states');
  assert.deepEqual([states[id]?.model_name, states[id]?.state.value], ['AnyModel', 4]);
  assert.ok(!(closedId in states));
});
