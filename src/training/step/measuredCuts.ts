import type { Engine } from '../../tensorflow/engine.js';
import type { Placement } from './placement.js';
import { type ProbeOptions, probeBatch, shortestStep } from './probe.js';
import { promisingCuts } from './stageCuts.js';
import { TracedLearner } from './tracedLearner.js';

/**
 * Where the later stages of a pipeline begin. Each piece of the network is timed; of the cuts that then promise most, whole
 * steps: only these show what stages take of each other. All processes choose the same.
 */
export async function measuredCuts(
  engine: Engine,
  options: ProbeOptions,
  placement: Omit<Placement, 'cuts'>,
): Promise<readonly string[]> {
  const pieces = options.network.pieces.map(({ name }) => name);
  const times = await pieceTimes(engine, options, placement);
  const [best, ...others] = promisingCuts(pieces, times, placement.devices[0]!.length);
  if (others.length === 0) return best!;
  let found = { cuts: best!, ms: Number.POSITIVE_INFINITY };
  for (const cuts of [best!, ...others]) {
    const ms = await shortestStep(engine, options, { ...placement, cuts });
    if (ms < found.ms) found = { cuts, ms };
  }
  return found.cuts;
}

/**
 * Of each piece with the rows of a micro-batch, in ms. All devices of a pipeline compute the whole network at the same time,
 * as they are all at work in a pipeline: one alone would take the cores of the others.
 */
async function pieceTimes(
  engine: Engine,
  options: ProbeOptions,
  { devices, microBatches }: Omit<Placement, 'cuts'>,
): Promise<readonly number[]> {
  const pieces = options.network.pieces.map(({ name }) => name);
  const rows = Math.max(2, Math.floor(options.batchSize / devices.length / microBatches));
  const replicas = devices[0]!.map((device) => pieces.map(() => device));
  const ofPieces = { ...options, batchSize: rows * replicas.length, ...PLAIN_UPDATE };
  const probe = new TracedLearner(engine, ofPieces, {
    ...{ devices: replicas, cuts: pieces.slice(1), microBatches: 1, schedule: '1f1b' },
  });
  const batch = probeBatch(options, probe.batchSize);
  try {
    const shortest = new Map<string, number>();
    for (let run = 0; run < 7; run++) {
      const { times } = await probe.step(batch, { passes: true });
      // The first run prepares the program.
      for (const { name, replica, stage, fromMs, toMs } of run === 0 ? [] : times.passes) {
        const pass = `${name} ${stage} ${replica}`;
        shortest.set(pass, Math.min(toMs - fromMs, shortest.get(pass) ?? Number.POSITIVE_INFINITY));
      }
    }
    const ofPiece = new Float32Array(pieces.length);
    for (const [pass, ms] of shortest) ofPiece[Number(pass.split(' ')[2])]! += ms;
    // All processes must cut at the same pieces.
    return [...(await probe.sumOverRanks(ofPiece))];
  } finally {
    probe.dispose();
  }
}

/**
 * A weight is updated as soon as its gradient is there, beside the passes that are still measured: by as little as can be; and
 * no pass waits for another device.
 */
const PLAIN_UPDATE = {
  firstWeights: 'zero',
  optimizer: { name: 'sgd', momentum: 0, weightDecay: 0 },
  emaDecay: 0,
  l2: 0,
  clipNorm: 0,
  syncBatchNorm: false,
} as const;
