import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import { type Network, wordsOf } from '../../model/network.js';
import type { NamedArray } from '../step/learner.js';
import { EMA } from '../step/programOptions.js';
import { averagesAlone } from '../step/stepCounts.js';
import { linkTarget, WEIGHTS_FILE } from './checkpoint.js';
import { META_FILE, readCheckpointMeta } from './checkpointMeta.js';
import type { SeriesSplit } from './dataIdentity.js';
import { type Checkpoint, loadCheckpoint } from './loadCheckpoint.js';
import { readRunSplit } from './runFolder.js';
import type { StartingPoint, TrainConfig } from './trainConfig.js';

/** What a run takes of its starting point. */
export interface FirstWeights {
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** What is taken and what is not, in words. */
  readonly taken: string;
  /** What may make the result other than it looks. */
  readonly warnings: readonly string[];
  /** Series that these weights were trained on or chosen by. */
  readonly series: readonly string[];
}

/** The best checkpoint of a run, or the one whose folder is named. Throws InputError. */
export function startingPoint(
  path: string,
): StartingPoint & Pick<TrainConfig, 'filters' | 'network' | 'windowHu' | 'moreWindows' | 'ownNetwork'> {
  const best = linkTarget(path, 'best');
  const isCheckpoint = existsSync(join(path, META_FILE));
  if (!isCheckpoint && best === undefined)
    throw new InputError(
      path,
      "expected a run with a checkpoint 'best', or the folder of a checkpoint, found neither",
    );
  const checkpoint = realpathSync(isCheckpoint ? path : join(path, 'best'));
  const { epoch, step, files, config } = readCheckpointMeta(checkpoint);
  return {
    ...{ checkpoint, epoch, step },
    ...{ filters: config.filters, network: config.network, moreWindows: config.moreWindows },
    windowHu: config.windowHu,
    ...given({ ownNetwork: config.ownNetwork }),
    crc32: files?.[WEIGHTS_FILE]?.crc32 ?? null,
  };
}

/**
 * Reads the weights that predictions of the checkpoint use (moving averages where it has such), and batch norm's averages.
 * Optimiser, steps and learning rate begin anew. Throws InputError for a checkpoint that is damaged or was changed, and for
 * arrays of another network, naming them.
 */
export async function firstWeights(
  from: StartingPoint,
  config: TrainConfig,
  network: Network,
  split: SeriesSplit,
): Promise<FirstWeights> {
  const { meta, weights: stored, optimizer } = await loadCheckpoint(from.checkpoint);
  const crc32 = meta.files?.[WEIGHTS_FILE]?.crc32 ?? null;
  if (meta.epoch !== from.epoch || meta.step !== from.step || crc32 !== from.crc32)
    throw new InputError(
      from.checkpoint,
      `expected the checkpoint that ${config.run} was to begin with, found another one`,
    );
  const weights = weightsInUse({ weights: stored, optimizer });
  requireShapes(from.checkpoint, weights, network);
  const before = readRunSplit(dirname(dirname(from.checkpoint)));
  const series = [
    ...new Set([...(before?.training ?? []), ...(before?.validation ?? []), ...(before?.earlier ?? [])]),
  ].sort();
  const averaged = [...optimizer.keys()].some((name) => name.startsWith(`${EMA}/`))
    ? ', averaged (EMA_DECAY)'
    : '';
  return {
    weights,
    series,
    taken: `weights${averaged} and batch norm's averages of ${from.checkpoint}; optimiser, steps and learning rate begin anew`,
    warnings: [...inputWarnings(config, meta.config), ...seenWarnings(split, before, series)],
  };
}

/** What predictions of a checkpoint use: moving averages of weights where it has such, and batch norm's averages alone. */
export function weightsInUse({
  weights,
  optimizer,
}: Pick<Checkpoint, 'weights' | 'optimizer'>): ReadonlyMap<string, NamedArray> {
  return averagesAlone(
    new Map([...weights].map(([name, array]) => [name, optimizer.get(`${EMA}/${name}`) ?? array])),
    optimizer,
  );
}

function requireShapes(checkpoint: string, weights: ReadonlyMap<string, NamedArray>, network: Network): void {
  const wanted = new Map(network.parameters.map(({ name, shape }) => [name, shape.join(', ')]));
  const names = [...new Set([...wanted.keys(), ...weights.keys()])];
  const differences = names
    .map((name) => ({ name, has: weights.get(name)?.shape.join(', '), wants: wanted.get(name) }))
    .filter(({ has, wants }) => has !== wants)
    .map(
      ({ name, has, wants }) =>
        `${name} ${has === undefined ? 'missing' : `[${has}]`}, not ${wants === undefined ? 'there' : `[${wants}]`}`,
    );
  if (differences.length === 0) return;
  throw new InputError(
    checkpoint,
    `expected the arrays of ${wordsOf(network)}, received ${differences.length} others (${differences.slice(0, 3).join('; ')}${differences.length > 3 ? '; ...' : ''}); leave --filters and --network out to take the checkpoint's own`,
  );
}

/** Weights that learned from another window see other numbers. */
function inputWarnings({ windowHu, intensity }: TrainConfig, before: TrainConfig): string[] {
  const name = ({ low, high, clip = true }: TrainConfig['windowHu']): string =>
    `${low} to ${high} HU${clip ? '' : ', not clipped'}`;
  const [now, then] = [name(windowHu), name(before.windowHu)];
  return [
    ...(now === then ? [] : [`the first weights learned from a window of ${then}, this run has ${now}`]),
    ...(intensity === before.intensity
      ? []
      : [`the first weights learned from INTENSITY ${before.intensity}, this run has ${intensity}`]),
  ];
}

/** A score on scans that the first weights know is too good; those that chose them before may choose again. */
function seenWarnings(
  { validation, heldOut }: SeriesSplit,
  before: SeriesSplit | undefined,
  series: readonly string[],
): string[] {
  if (before === undefined)
    return ['what scans the first weights were trained on is not known: scores may be too good'];
  const among = (uids: readonly string[], known: ReadonlySet<string>): number =>
    uids.filter((uid) => known.has(uid)).length;
  const counts = [
    [among(validation, new Set(before.training)), 'that choose'],
    [among(heldOut, new Set(series)), 'that are held out'],
  ] as const;
  const seen = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} of the scans ${what}`);
  return seen.length === 0
    ? []
    : [`the first weights have seen ${seen.join(' and ')}: scores on them are too good`];
}
