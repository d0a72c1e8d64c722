import { join } from 'node:path';
import { given } from '../../given.js';
import { type JsonPlace, readJson } from '../../jsonPlace.js';
import { type DataIdentity, storedIdentity } from './dataIdentity.js';
import type { Progress } from './metricsLog.js';
import type { FileSum } from './safetensors.js';
import { storedConfig } from './storedConfig.js';
import type { TrainConfig } from './trainConfig.js';

/** The scores of one validation. */
export interface ValidationScores {
  readonly epoch: number;
  /** The last step before it. */
  readonly step: number;
  /** Mean loss of the validation rows (without class weights) plus the L2 penalty. */
  readonly valLoss: number;
  readonly accuracy: number;
  readonly rocAuc: number;
  /** Undefined in checkpoints of earlier versions. */
  readonly threshold?: number;
}

/** What a checkpoint says beside its arrays. Batches are drawn by step and seed: there is no other random state. */
export interface CheckpointMeta extends Progress {
  readonly program: string;
  readonly config: TrainConfig;
  readonly stepsPerEpoch: number;
  /** Undefined before the first validation. */
  readonly best?: ValidationScores;
  /** On what it was computed: a resume is bit for bit only on the same. */
  readonly layout: Readonly<Record<string, string | number>>;
  /** Undefined in checkpoints of earlier versions, as `files`. */
  readonly data?: DataIdentity;
  /** By which a callback multiplied the planned learning rate; undefined where none did. */
  readonly rateFactor?: number;
}

/** As stored: with what its files held when they were written. */
export interface StoredMeta extends CheckpointMeta {
  readonly files?: Readonly<Record<string, FileSum>>;
}

export const META_FILE = 'meta.json';

/** What a checkpoint says of itself, each value of its type and range. Throws InputError. */
export function readCheckpointMeta(folder: string): StoredMeta {
  const meta = readJson(join(folder, META_FILE), "a checkpoint's meta.json");
  const [best, data, files] = [meta.at('best'), meta.at('data'), meta.at('files')];
  const stepsPerEpoch = meta.at('stepsPerEpoch').whole(1);
  const epoch = meta.at('epoch').whole();
  const config = storedConfig(meta.at('config'));
  // A run that has come to its end has nothing else to say than its best epoch; one that goes on may have lost it.
  const hasBest = best.isThere || epoch >= config.epochs;
  return {
    program: meta.at('program').text(),
    config,
    epoch,
    step: meta.at('step').whole(epoch * stepsPerEpoch, (epoch + 1) * stepsPerEpoch),
    stepsPerEpoch,
    // Earlier versions scored after whole epochs alone.
    validated: meta.at('validated').ifThere?.whole() ?? epoch * stepsPerEpoch,
    ...(hasBest ? { best: scoresAt(best, stepsPerEpoch) } : {}),
    layout: Object.fromEntries(meta.at('layout').entries().map(layoutEntry)),
    ...given({ rateFactor: meta.at('rateFactor').ifThere?.number(0) }),
    ...(data.isThere ? { data: storedIdentity(data) } : {}),
    ...(files.isThere ? { files: Object.fromEntries(files.entries().map(fileEntry)) } : {}),
  };
}

function scoresAt(best: JsonPlace, stepsPerEpoch: number): ValidationScores {
  const epoch = best.at('epoch').whole(1);
  return {
    epoch,
    step: best.at('step').ifThere?.whole(1) ?? epoch * stepsPerEpoch,
    valLoss: best.at('valLoss').number(),
    accuracy: best.at('accuracy').number(0, 1),
    rocAuc: best.at('rocAuc').number(0, 1),
    ...given({ threshold: best.at('threshold').ifThere?.number(0, 1) }),
  };
}

function layoutEntry([key, place]: [string, JsonPlace]): [string, string | number] {
  return [key, typeof place.value === 'number' ? place.number() : place.text()];
}

function fileEntry([name, place]: [string, JsonPlace]): [string, FileSum] {
  return [name, { bytes: place.at('bytes').whole(), crc32: place.at('crc32').whole(0, 2 ** 32 - 1) }];
}
