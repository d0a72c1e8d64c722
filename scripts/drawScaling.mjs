// Draws the pictures of docs/scaling.md: the strategies as the program places them, and a measured pipeline step.
import { writeFileSync } from 'node:fs';
import {
  createLearner,
  inRepository,
  piecesOf,
  pipelineFigure,
  stagesOfPieces,
  strategyFigure,
} from 'voxlab';

const network = { inputSize: [32, 32, 32], filters: 64 };
const pieces = piecesOf(network).map(({ name }) => name);
const batch = 64;

const learnerOf = (parallel) =>
  createLearner({
    network,
    batchSize: batch,
    windowHu: { low: -1000, high: 400 },
    learningRate: 1e-3,
    l2: 1e-4,
    seed: 1,
    threads: 1,
    parallel: { devices: 1, stages: 2, microBatches: 1, schedule: '1f1b', ...parallel },
  });
const panelOf = (name, caption, { placement }) => {
  const stages = stagesOfPieces(pieces, placement.cuts);
  const share = batch / placement.devices.length;
  return {
    name,
    caption,
    parts: placement.devices.map((devices) =>
      devices.map((_, stage) => pieces.filter((piece) => stages.get(piece) === stage)),
    ),
    rows: placement.devices.map((_, r) => `rows ${r * share}-${(r + 1) * share - 1}`),
  };
};

// The first learner decides how many operations run side by side: as many as it has devices.
const pipeline = await learnerOf({ strategy: 'pipeline', devices: 2, microBatches: 8 });
const { cuts } = pipeline.placement;
const single = await learnerOf({ strategy: 'single' });
const data = await learnerOf({ strategy: 'data', devices: 2 });
const hybrid = await learnerOf({ strategy: 'hybrid', devices: 4, microBatches: 4, cuts });
const panels = [
  panelOf('single', 'the whole network on one device', single),
  panelOf('data', 'a replica a device; dashed: mean of gradients', data),
  panelOf('pipeline', 'parts of the network on devices; micro-batches follow each other', pipeline),
  panelOf('hybrid', 'pipelines side by side', hybrid),
];
writeFileSync(inRepository('images', 'strategies.svg'), strategyFigure(panels).svg());

const voxels = 32 ** 3;
const rows = {
  inputHu: Int16Array.from({ length: batch * voxels }, (_, i) => ((i * 7919) % 1400) - 1000),
  labels: Float32Array.from({ length: batch }, (_, i) => i % 2),
  rows: new Uint32Array(batch),
};
let times;
for (let i = 0; i < 3; i++) ({ times } = await pipeline.step(rows, { passes: true }));
const title = `A pipeline step, measured: 2 stages cut at ${cuts}, 8 micro-batches of 8, 1F1B`;
writeFileSync(inRepository('images', 'pipeline.svg'), pipelineFigure(title, times.passes).svg());
for (const learner of [single, data, pipeline, hybrid]) learner.dispose();
