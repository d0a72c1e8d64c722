import type { Chart } from '../figures/charts/chart.js';
import { panelDrawing } from '../figures/charts/panelDrawing.js';
import type { PanelFigure } from '../figures/charts/panelFigure.js';
import { drawingSvg } from '../figures/drawing/drawing.js';
import { escaped } from '../figures/drawing/markup.js';
import type { Picture } from '../figures/drawing/picture.js';
import { sideBySide } from '../figures/drawing/sideBySide.js';
import { gpuUtilizationFigure } from '../figures/gpuUseFigures.js';
import { epochEnds, type RunMoment } from '../figures/runMarks.js';
import { TrainingCurves } from '../figures/trainingFigures.js';
import { everyMs } from '../gpu/live/everyMs.js';
import { progressOf } from '../gpu/live/recordUse.js';
import { openUseMeter, type UseMeter } from '../gpu/live/useMeter.js';
import type { GpuSample } from '../gpu/records/gpuRecord.js';
import { liveDisplay } from '../kernel/display.js';
import { type MimeBundle, mimeBundleOf } from '../kernel/mimeBundle.js';
import { sessionIfAny } from '../kernel/session.js';
import type { TrainRecord } from '../training/run/trainRecords.js';

/** How often the panel looks. */
export interface UsePanelOptions {
  /** Between two samples, and two drawings: at least 500. Default: 1000. */
  readonly intervalMs?: number;
}

/** The curves of a training (loss, validation, learning rate) beside the use of GPUs and machine, in one output of the cell. */
export interface UsePanel {
  /**
   * Hands on what a training yields, and draws meanwhile: `for await (const record of panel.follow(train(config)))`; of a run that
   * another process trains: `panel.follow(followMetrics(run))`. The last drawing stays in the notebook.
   */
  follow<R extends TrainRecord>(records: AsyncIterable<R>): AsyncGenerator<R, void, undefined>;
  /** Samples of the last ten minutes (at the default interval). */
  readonly samples: readonly GpuSample[];
}

/** A page is not drawn more often than twice a second. */
const SHORTEST_MS = 500;
const MOST_SAMPLES = 600;
/** Of an output of JupyterLab, and of the half that shows the machine: its letters keep a readable size. */
const WIDTH = 1060;
const USE_WIDTH = 620;

/**
 * A panel for the cell that trains. Outside of a notebook it draws nothing.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const settings = { ...readTrainingSettings(), filters: 4, threads: 0 };
 * const config = { ...settings, data, run: inRepository('runs/watched') };
 * for await (const record of usePanel().follow(train(config)))
 *   if (record.kind === 'step' && record.step === 4) break;
 */
export function usePanel({ intervalMs = 1000 }: UsePanelOptions = {}): UsePanel {
  const samples: GpuSample[] = [];
  return {
    samples,
    async *follow<R extends TrainRecord>(source: AsyncIterable<R>) {
      const every = Math.max(SHORTEST_MS, intervalMs);
      const meter = await openUseMeter({ intervalMs: every, pid: process.pid });
      const drawing = drawInto(samples, meter);
      const stop = everyMs(every, drawing.sample);
      try {
        for await (const record of source) {
          drawing.add(record);
          yield record;
        }
      } finally {
        stop();
        drawing.sample();
        meter.close();
      }
    },
  };
}

function drawInto(
  samples: GpuSample[],
  meter: UseMeter,
): { add: (record: TrainRecord) => void; sample: () => void } {
  const live = sessionIfAny() === undefined ? undefined : liveDisplay();
  const curves = new TrainingCurves();
  const epochs: RunMoment[] = [];
  return {
    add(record) {
      if (record.kind !== 'end' && record.kind !== 'start') curves.add(record);
      epochs.push(...epochEnds([record]));
      if (record.kind === 'step') meter.stepped(progressOf(record));
    },
    sample() {
      samples.push(meter.sample());
      if (samples.length > MOST_SAMPLES) samples.shift();
      live?.show(drawn(curves.figure(), gpuUtilizationFigure({ samples }, orNone(epochs))));
    },
  };
}

/** Without an epoch's end, steps are marked. */
function orNone(epochs: readonly RunMoment[]): readonly RunMoment[] | undefined {
  return epochs.length === 0 ? undefined : epochs;
}

/** Both beside each other; in words one below the other. */
function drawn(training: Chart, use: PanelFigure): MimeBundle {
  const title = `training, and the use of the machine: ${training.title}; ${use.title}`;
  const svgs = [training.svg(), drawingSvg(panelDrawing(use, USE_WIDTH))];
  const bundle = withoutKeys(sideBySide(title, svgs, WIDTH));
  return { ...bundle, 'text/plain': `${training.text()}\n${use.text()}` };
}

/** Keys after a click on the picture stay there: the notebook's would delete and move cells while a training runs. A press on selected text gives no focus by itself. */
function withoutKeys(drawn: Picture): MimeBundle {
  const bundle = mimeBundleOf(drawn);
  const uri = `data:image/svg+xml;base64,${Buffer.from(String(bundle['image/svg+xml'])).toString('base64')}`;
  const image = `<img alt="${escaped(drawn.title)}" src="${uri}">`;
  return {
    'text/html': `<div tabindex="-1" data-lm-suppress-shortcuts="true" style="outline:none;user-select:none" onclick="this.focus({ preventScroll: true })">${image}</div>`,
    ...bundle,
  };
}
