import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { loadLinked } from '../../src/training/run/loadCheckpoint.js';
import { weightsInUse } from '../../src/training/run/startingPoint.js';
import { runPython } from '../python.js';
import { exchangeRun } from './exchangeRun.js';

/** TensorBoard's own reader over a run's folder, and its parser of hparams; pictures by Pillow. */
const READ = `import io, json, sys, numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
events = EventAccumulator(json.load(sys.stdin), size_guidance={'histograms': 0, 'images': 0, 'scalars': 0})
events.Reload()
tags = events.Tags()
tag = 'weights/stem/conv/kernel'
last = events.Histograms(tag)[-1]
value = last.histogram_value
content = lambda name: events.SummaryMetadata('_hparams_/' + name).plugin_data.content
start = metadata.parse_session_start_info_plugin_data(content('session_start_info'))
images = {}
for name in tags['images']:
    event = events.Images(name)[0]
    images[name] = [event.width, event.height, np.array(Image.open(io.BytesIO(event.encoded_image_string))).ravel().tolist()]
graph = events.Graph()
print(json.dumps({
  'scalars': tags['scalars'], 'histograms': len(tags['histograms']), 'images': images, 'graph': tags['graph'],
  'steps': [e.step for e in events.Histograms(tag)], 'limits': len(value.bucket_limit),
  'stats': [value.min, value.max, value.num, value.sum, value.sum_squares, sum(value.bucket)],
  'below': [float(sum(value.bucket[:i])) for i in (16, 32, 48)], 'edges': [value.bucket_limit[i - 1] for i in (16, 32, 48)],
  'hparams': {k: (v.number_value if v.WhichOneof('kind') == 'number_value' else v.string_value if v.WhichOneof('kind') == 'string_value' else v.bool_value) for k, v in start.hparams.items()},
  'status': metadata.parse_session_end_info_plugin_data(content('session_end_info')).status,
  'nodes': [[n.name, n.op] for n in graph.node if n.op == 'Conv3D'][:2]}))`;

interface Answer {
  readonly [key: string]: unknown;
  readonly images: Readonly<Record<string, readonly [number, number, readonly number[]]>>;
  readonly hparams: Readonly<Record<string, unknown>>;
  readonly scalars: readonly string[];
  readonly stats: readonly number[];
  readonly below: readonly number[];
  readonly edges: readonly number[];
}

test("--to tensorboard: TensorBoard's reader finds scalars, histograms, images, hparams and the graph of a run", async (t) => {
  const { run, config } = await exchangeRun(t);
  const { files, notes } = await exportNetwork({ run, to: 'tensorboard', checkpoint: 'best' });
  assert.deepEqual([files.length, notes], [1, []]);
  const answer = runPython<Answer>(READ, run);
  const { meta, ...arrays } = await loadLinked(run, 'last');
  const weights = weightsInUse(arrays);
  assert.ok(answer.scalars.includes('validation/roc_auc') && answer.scalars.includes('train/loss'));
  assert.deepEqual([answer.histograms, answer.graph, answer.status], [weights.size, true, 1]);
  assert.deepEqual((answer.steps as number[]).at(-1), meta.step);

  const values = [...weights.get('stem/conv/kernel')!.data];
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  const { length } = values;
  assert.deepEqual(answer.stats, [Math.min(...values), Math.max(...values), length, sum, squares, length]);
  for (const [index, edge] of answer.edges.entries())
    assert.ok(Math.abs(values.filter((value) => value < edge).length - answer.below[index]!) <= 1);

  assert.deepEqual(
    ['learningRate', 'batchSize', 'optimizer.name', 'emaWarmUp'].map((name) => answer.hparams[name]),
    [config.learningRate, config.batchSize, config.optimizer.name, config.emaWarmUp],
  );
  assert.ok(!('data' in answer.hparams) && !('run' in answer.hparams));
  assert.deepEqual((answer.nodes as unknown[])[0], ['stem/conv/conv3d', 'Conv3D']);

  // Rows of subset 3 choose the network: of each class the first, by hand.
  const names = Object.keys(answer.images).sort();
  assert.equal(names.filter((name) => name.startsWith(`patches/${config.classNames[1]}/`)).length, 3);
  const [width, height, grey] = answer.images[`patches/${config.classNames[1]}/row 36`]!;
  const patches = await openPatchFile(config.data);
  const voxels = new Int16Array(16 ** 3);
  await patches.readRows([36], voxels);
  patches.close();
  const middle = voxels.subarray(8 * 256, 9 * 256);
  const { low, high } = config.windowHu;
  const expected = Array.from(middle, (hu) =>
    Math.round((255 * (Math.min(high, Math.max(low, hu)) - low)) / (high - low)),
  );
  assert.deepEqual([width, height], [16, 16]);
  assert.ok(grey.every((value, i) => Math.abs(value - expected[i]!) <= 1));

  rmSync(config.data);
  const without = await exportNetwork({ run, to: 'tensorboard', checkpoint: 'best' });
  assert.match(without.notes.join(), /no images of patches \(.*16x16x16-patch\.hdf5: expected a patch file/);
  assert.equal(Object.keys(runPython<Answer>(READ, run).images).length, 0);
});
