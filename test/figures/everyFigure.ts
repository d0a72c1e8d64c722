import { barFigure } from '../../src/figures/charts/barFigure.js';
import { chart } from '../../src/figures/charts/chart.js';
import { PALETTE } from '../../src/figures/charts/chartSpec.js';
import { classBalanceFigure } from '../../src/figures/classBalanceFigure.js';
import type { DrawnFigure } from '../../src/figures/drawing/drawnFigure.js';
import { feedFigure } from '../../src/figures/feedFigure.js';
import { gpuMemoryBars, gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { huHistogramFigure } from '../../src/figures/huHistogram.js';
import { performanceFigure } from '../../src/figures/performanceFigure.js';
import { rocFigure } from '../../src/figures/rocFigure.js';
import {
  precisionRecallFigure,
  reliabilityFigure,
  scoreHistogramFigure,
} from '../../src/figures/scoreFigures.js';
import { stepTimeBars, stepTimeFigure } from '../../src/figures/stepTimeFigures.js';
import { accuracyFigure, lossFigure, trainingFigure } from '../../src/figures/trainingFigures.js';
import { readGpuLog } from '../../src/gpu/logs/readGpuLog.js';
import { readPerformance } from '../../src/gpu/performance.js';
import { inRepository } from '../../src/paths.js';
import { calibrationCurve } from '../../src/scores/calibration.js';
import { calibrationBand } from '../../src/scores/calibrationBand.js';
import { averagePrecision, precisionRecallCurve } from '../../src/scores/precisionRecall.js';
import { bootstrapPrecisionRecall } from '../../src/scores/precisionRecallBootstrap.js';
import { rocCurve } from '../../src/scores/roc.js';
import { bootstrapRoc } from '../../src/scores/rocBootstrap.js';
import { scanIndex } from '../../src/scores/scanIndex.js';
import { drawnCases } from '../scores/reference.js';
import { epochRecord, stepRecord, validationRecord } from './sampleRecords.js';

const HOSTILE = '</text></svg><script>alert("1")</script>\u0000\ud800 & "quoted" \'name\'';

export const records = [
  ...Array.from({ length: 60 }, (_, i) => stepRecord(i + 1)),
  ...[20, 40, 60].map((step) => validationRecord(step, 0.7 - step / 200)),
  epochRecord(1, 20),
];
const { scores, classes, scanOf } = drawnCases('figures', 12, 30, 1e9);
const scans = scanIndex(scanOf);
const points = precisionRecallCurve(scores, classes);
const bins = calibrationCurve(scores, classes);
const log = await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));

/** Every kind of figure, usual, and with names that would break a page. */
export const FIGURES: Readonly<Record<string, DrawnFigure>> = {
  training: trainingFigure(records),
  loss: lossFigure(records),
  accuracy: accuracyFigure(records),
  feed: feedFigure(records),
  stepTimes: stepTimeFigure(records),
  stepTimeBars: stepTimeBars({ [HOSTILE]: records, two: records }),
  roc: rocFigure(
    rocCurve(scores, classes),
    0.9,
    [0.8, 1],
    bootstrapRoc(scores, classes, scans, { rates: [0, 0.5, 1] }).band,
  ),
  pr: precisionRecallFigure(
    points,
    averagePrecision(points),
    0.1,
    [HOSTILE, 'b'],
    bootstrapPrecisionRecall(scores, classes, scans),
  ),
  calibration: reliabilityFigure(bins, 0.1, ['a', HOSTILE], calibrationBand(bins, scores, classes, scans)),
  histogram: scoreHistogramFigure(scores, classes, 20, ['a', HOSTILE]),
  balance: classBalanceFigure({ classes, subsets: scans.scanOf }, ['a', HOSTILE]),
  hu: huHistogramFigure(HOSTILE, [{ name: HOSTILE, dataHu: Int16Array.of(-900, 30, 40) }]),
  performance: performanceFigure(readPerformance()),
  gpu: gpuUtilizationFigure(log),
  gpuMemory: gpuMemoryBars(log),
  bars: barFigure({
    ...{ title: HOSTILE, unit: HOSTILE },
    bars: [
      { label: HOSTILE, total: 3, parts: [{ name: HOSTILE, value: 2, color: PALETTE[5] }], note: HOSTILE },
    ],
  }),
  chart: chart({
    ...{ title: HOSTILE, x: { title: HOSTILE }, y: { title: HOSTILE }, says: [HOSTILE] },
    traces: [{ name: HOSTILE, x: [1, 2], y: [1, 2], labels: [HOSTILE, ''], color: '"><script>' }],
  }),
};
/** What may be asked for and shows little or nothing. */
export const MEAGRE: Readonly<Record<string, DrawnFigure>> = {
  noTraining: trainingFigure([]),
  oneStep: trainingFigure([stepRecord(1)]),
  diverged: trainingFigure([
    stepRecord(1),
    stepRecord(2, { loss: Number.NaN }),
    validationRecord(2, Number.NaN),
  ]),
  noSteps: stepTimeFigure([]),
  noBars: stepTimeBars({}),
  noRows: classBalanceFigure({ classes: [], subsets: [] }),
  noVoxels: huHistogramFigure('nothing', [{ name: 'a', dataHu: new Int16Array(0) }]),
  badVoxels: huHistogramFigure('bad', [{ name: 'a', dataHu: Float32Array.of(Number.NaN, 5) }]),
  onePoint: rocFigure([{ threshold: 1, falsePositiveRate: 0, truePositiveRate: 1 }], 1, null),
  noLog: gpuUtilizationFigure({ samples: [] }),
  noTraces: chart({ title: '', x: { title: '' }, y: { title: '' }, traces: [] }),
  noPlace: chart({
    ...{ title: 'log', x: { title: 'x', type: 'log10' }, y: { title: 'y', type: 'log2' } },
    traces: [{ name: 'a', x: [0, -1], y: [1, 2] }],
  }),
};

/** What a notebook gets of a figure. */
export const shown = (figure: DrawnFigure): Record<string, unknown> =>
  (figure as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();
