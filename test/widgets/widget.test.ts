import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWidget, type WidgetSpec } from '../../src/widgets/widget.js';
import { openFrontSession } from './frontSession.js';

const COUNTED: WidgetSpec = {
  frontEnd: 'controls',
  state: { value: 1 },
  still: () => ({ html: '<i>still</i>', text: 'still' }),
  accept: ({ value }) => (Number(value) < 10 ? { value } : {}),
};

test('createWidget() outside of a notebook shows its picture and its text', () => {
  const widget = createWidget(COUNTED);
  assert.deepEqual(widget.mimeBundle(), { 'text/html': '<i>still</i>', 'text/plain': 'still' });
});

test('createWidget() opens one comm with anywidget, however often it is shown, and closes it', () => {
  const front = openFrontSession();
  const widget = createWidget(COUNTED);
  const shown = [widget.mimeBundle(), widget.mimeBundle()];
  assert.deepEqual(shown[0], shown[1]);
  assert.equal(front.published.length, 1);
  const { content } = front.published[0]!;
  const { state } = content.data as { state: Record<string, unknown> };
  assert.equal(content.target_name, 'jupyter.widget');
  assert.deepEqual([state._model_module, state._view_name, state.value], ['anywidget', 'AnyView', 1]);
  assert.match(String(state._esm), /export\s*{/);
  widget.close();
  assert.equal(front.published.at(-1)?.type, 'comm_close');
  assert.ok(!('application/vnd.jupyter.widget-view+json' in widget.mimeBundle()));
});

test('createWidget() takes changes of known values that it accepts, echoes what holds and tells of them', () => {
  const front = openFrontSession();
  const told: unknown[] = [];
  const widget = createWidget({ ...COUNTED, onState: (changed) => told.push(changed) });
  widget.mimeBundle();
  const id = String(front.published[0]?.content.comm_id);
  front.update(id, { value: 5, _esm: 'alert(1)' });
  assert.deepEqual(told, [{ value: 5 }]);
  assert.equal(widget.state.value, 5);
  assert.deepEqual(front.published.at(-1)?.content.data, {
    method: 'echo_update',
    state: { value: 5 },
    buffer_paths: [],
  });
  front.update(id, { value: 50 });
  assert.deepEqual(told, [{ value: 5 }], 'not accepted');
  assert.equal(front.lastState().value, 5, 'the page hears what holds');
});

test('createWidget() answers a view that asks for the state, and one that asks whether it is there', () => {
  const front = openFrontSession();
  const widget = createWidget(COUNTED);
  widget.mimeBundle();
  const id = String(front.published[0]?.content.comm_id);
  widget.set({ value: 3 });
  front.comms.receiveMessage({ comm_id: id, data: { method: 'request_state' } }, []);
  assert.equal(front.lastState().value, 3);
  assert.equal(front.lastState()._model_name, 'AnyModel');
  front.custom(id, { ping: true });
  assert.deepEqual(front.lastCustom().content, { pong: true });
});

test('createWidget() that a page has closed opens anew when it is shown again', () => {
  const front = openFrontSession();
  const widget = createWidget(COUNTED);
  widget.mimeBundle();
  const first = String(front.published[0]?.content.comm_id);
  front.comms.receiveClose({ comm_id: first, data: {} });
  const before = front.published.length;
  widget.set({ value: 2 });
  assert.equal(front.published.length, before, 'nobody hears of a closed one');
  widget.mimeBundle();
  const opened = front.published.at(-1);
  assert.equal(opened?.type, 'comm_open');
  assert.notEqual(opened?.content.comm_id, first);
  assert.equal(front.lastState().value, 2);
});
