import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedEfficiency, ringBandwidth } from '../../bench/scalingModel.js';

const measured = { computeMs: 900, gradientBytes: 100e6, devices: 2, reduceMs: 102, latencyMs: 1 };

test('ringBandwidth(): two devices each send half of the bytes twice', () => {
  assert.equal(ringBandwidth(measured), 1e6);
});

test('expectedEfficiency(): the measured point comes back; more devices send nearly twice the bytes, in more messages', () => {
  assert.equal(expectedEfficiency(measured, 1), 1);
  assert.ok(Math.abs(expectedEfficiency(measured, 2) - 900 / 1002) < 1e-12);
  // 2 * 63 messages of 1/64: 126 ms of latency, 196.875 ms of bytes.
  assert.ok(Math.abs(expectedEfficiency(measured, 64) - 900 / (900 + 126 + 196.875)) < 1e-12);
});
