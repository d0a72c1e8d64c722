import { bytesField, doubleField, message, numberField } from '../tensorflow/protobuf.js';
import { tfRecord } from '../training/run/tfRecord.js';

/*
 * Events of TensorBoard beside a run's curves, by the field numbers of event.proto, summary.proto and TensorBoard's plug-in
 * hparams (plugin_data.proto).
 */

const SUCCESS = 1;
const FLOAT = 1;

/** An event of a file; `content` is one of the messages below. */
export function eventRecord(wallSeconds: number, step: number, content: Uint8Array): Buffer {
  return tfRecord(message(doubleField(1, wallSeconds), numberField(2, step), content));
}

/** The first event of a file. */
export function versionContent(): Uint8Array {
  return bytesField(3, 'brain.Event:2');
}

/** A GraphDef. */
export function graphContent(graph: Uint8Array): Uint8Array {
  return bytesField(4, graph);
}

export function summaryContent(...values: readonly Uint8Array[]): Uint8Array {
  return bytesField(5, message(...values.map((value) => bytesField(1, value))));
}

const BUCKETS = 64;

/** How often an array has values of each range; all of them finite. */
export function histogramValue(tag: string, values: Float32Array): Uint8Array {
  let [low, high, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    squares += value * value;
  }
  const width = (high - low) / BUCKETS;
  const counts = new Float64Array(BUCKETS);
  for (const value of values)
    counts[width === 0 ? 0 : Math.min(BUCKETS - 1, Math.floor((value - low) / width))]!++;
  const limits = counts.map((_, index) => (index === BUCKETS - 1 ? high : low + (index + 1) * width));
  const numbers = [low, high, values.length, sum, squares].map((value, index) =>
    doubleField(index + 1, value),
  );
  const histogram = message(...numbers, bytesField(6, bytesOf(limits)), bytesField(7, bytesOf(counts)));
  return message(bytesField(1, tag), bytesField(5, histogram));
}

/** A grey picture. */
export function imageValue(tag: string, width: number, height: number, png: Uint8Array): Uint8Array {
  const sizes = message(numberField(1, height), numberField(2, width), numberField(3, 1));
  return message(bytesField(1, tag), bytesField(4, message(sizes, bytesField(4, png))));
}

export type Hparam = string | number | boolean;

/** What a run was begun with, for the plug-in hparams. */
export function hparamsStartValue(
  hparams: Readonly<Record<string, Hparam>>,
  group: string,
  startSeconds: number,
): Uint8Array {
  const entries = Object.entries(hparams).map(([name, value]) =>
    bytesField(1, message(bytesField(1, name), bytesField(2, hparamOf(value)))),
  );
  const start = message(...entries, bytesField(4, group), doubleField(5, startSeconds));
  return hparamsValue('_hparams_/session_start_info', bytesField(3, start));
}

export function hparamsEndValue(endSeconds: number): Uint8Array {
  const end = message(numberField(1, SUCCESS), doubleField(2, endSeconds));
  return hparamsValue('_hparams_/session_end_info', bytesField(4, end));
}

/** google.protobuf.Value. */
function hparamOf(value: Hparam): Uint8Array {
  if (typeof value === 'number') return doubleField(2, value);
  return typeof value === 'string' ? bytesField(3, value) : numberField(4, value ? 1 : 0);
}

/** The plug-in's content lies in the metadata; the tensor has to be there. */
function hparamsValue(tag: string, content: Uint8Array): Uint8Array {
  const plugin = message(bytesField(1, 'hparams'), bytesField(2, content));
  const tensor = message(numberField(1, FLOAT), bytesField(2, message()), bytesField(5, new Uint8Array(4)));
  return message(bytesField(1, tag), bytesField(9, bytesField(1, plugin)), bytesField(8, tensor));
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
