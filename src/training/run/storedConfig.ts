import { isDeepStrictEqual } from 'node:util';
import { type AugmentPlan, augmentList, parseAugment, SYMMETRIES } from '../../config/augmentPlan.js';
import { CLASS_NAMES } from '../../config/classNames.js';
import { type FieldKeys, type IniKey, text, wholeNumber } from '../../config/ini.js';
import { CROSS_ENTROPY } from '../../config/lossSettings.js';
import { DEFAULT_NETWORK } from '../../config/networkNames.js';
import type { IntensityWindow } from '../../config/networkSettings.js';
import { BALANCED } from '../../config/samplingSettings.js';
import { PLAIN_FIELDS, TRAINING_KEYS } from '../../config/trainingSettings.js';
import { InputError } from '../../errors.js';
import type { JsonPlace } from '../../jsonPlace.js';
import type { ValueScale } from '../../store/hdf5/rowIndex.js';
import type { OwnNetworkIdentity, StartingPoint, TrainConfig } from './trainConfig.js';

/** What a key of a stored configuration may be. */
interface Rule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/** A rule for each key; a table for a key that is an object. */
type RulesOf<T> = { readonly [K in keyof T]-?: Rule | Readonly<Record<string, Rule>> };

const RULES: RulesOf<TrainConfig> = {
  data: as(text()),
  run: as(text()),
  network: as(text()),
  ownNetwork: { expected: 'expected digests of parameters and operations, or nothing', fits: isOwnNetwork },
  own: { expected: 'expected names of a loss and an augmentation, or nothing', fits: isOwnNames },
  filters: as(wholeNumber(1, 1024)),
  from: { expected: 'expected a checkpoint with epoch, step and crc32, or nothing', fits: isStartingPoint },
  threads: as(wholeNumber(0, 1024)),
  cuts: { expected: 'expected a list of texts', fits: isListOfTexts },
  syncBatchNorm: yesOrNo(),
  recompute: yesOrNo(),
  allowSharedScans: yesOrNo(),
  emaWarmUp: yesOrNo(),
  ...rulesOf(PLAIN_FIELDS),
  augment: { expected: 'expected operations as of AUGMENT', fits: isAugmentPlan },
  valueScale: { expected: 'expected a slope and an intercept, or nothing', fits: isValueScale },
  moreWindows: { expected: 'expected a list of at most two windows', fits: isListOfWindows },
  windowHu: {
    low: as(TRAINING_KEYS.WINDOW_LOW),
    high: as(TRAINING_KEYS.WINDOW_HIGH),
    clip: orNothing(yesOrNo()),
  },
};

/** Keys that a resume may change: the result is the same but for rounding, or they say how long, how often and where. */
const RESUMABLE = [
  ...[
    'data',
    'run',
    'epochs',
    'threads',
    'readers',
    'checkpointMinutes',
    'checkpointSteps',
    'validateSteps',
    'classNames',
    // networkOfRun.ts compares it, with words of its own.
    'ownNetwork',
  ],
  ...['strategy', 'devices', 'stages', 'microBatches', 'schedule', 'cuts', 'recompute', 'timeoutSeconds'],
] as const;

/** Of the settings' file, and no part of a run; who trains with all settings stores them, too. */
const OF_THE_PLACE: readonly string[] = ['gpu', 'dataFolder', 'runsFolder'];

/**
 * A run's configuration as it was stored: complete (runs of earlier versions lack some keys), and each key of the type and
 * range that the settings' file may have. Throws InputError that names the key.
 */
export function storedConfig(place: JsonPlace): TrainConfig {
  const stored = withLaterKeys(place.object());
  checkKeys(place, '', stored, RULES);
  const config = stored as unknown as TrainConfig;
  const { low, high } = config.windowHu;
  if (low >= high) place.at('windowHu').at('high').refuse(`a number above low (${low})`);
  return config;
}

/** `seed 17, not 16` for each key in which a configuration and the one of its checkpoint may not differ. */
export function configDifferences(config: TrainConfig, ofCheckpoint: TrainConfig): string[] {
  const free: readonly string[] = RESUMABLE;
  return (Object.keys(RULES) as (keyof TrainConfig)[])
    .filter((key) => !free.includes(key) && !isDeepStrictEqual(config[key], ofCheckpoint[key]))
    .map((key) => `${key} ${JSON.stringify(config[key])}, not ${JSON.stringify(ofCheckpoint[key])}`);
}

function withLaterKeys(stored: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { augment } = stored;
  return {
    network: DEFAULT_NETWORK,
    dropout: 0,
    moreWindows: [],
    folds: 0,
    // The held-out rows themselves chose the best network.
    validation: stored.holdout,
    allowSharedScans: true,
    intensity: 'hu',
    loss: CROSS_ENTROPY,
    classNames: CLASS_NAMES,
    // Averages of weights kept EMA_DECAY from the first step on.
    emaWarmUp: false,
    crop: 0,
    readers: 0,
    sampling: BALANCED,
    checkpointMinutes: 0,
    checkpointSteps: 0,
    validateSteps: 0,
    ...stored,
    augment: typeof augment === 'boolean' ? (augment ? SYMMETRIES : {}) : augment,
  };
}

function checkKeys(
  place: JsonPlace,
  above: string,
  object: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, Rule | Readonly<Record<string, Rule>>>>,
): void {
  const nameOf = (key: string): string => [place.name, above, key].filter((part) => part !== '').join('.');
  const unknown = Object.keys(object).find(
    (key) => !Object.hasOwn(rules, key) && !OF_THE_PLACE.includes(key),
  );
  if (unknown !== undefined)
    throw new InputError(
      place.file,
      `${nameOf(unknown)}: expected no such key; was it written by a later version?`,
    );
  for (const [key, rule] of Object.entries(rules)) {
    const value = object[key];
    if (isRule(rule)) {
      if (!rule.fits(value))
        throw new InputError(
          place.file,
          `${nameOf(key)}: ${rule.expected}, received ${JSON.stringify(value) ?? 'nothing'}`,
        );
    } else if (typeof value === 'object' && value !== null)
      checkKeys(place, key, value as Readonly<Record<string, unknown>>, rule);
    else
      throw new InputError(
        place.file,
        `${nameOf(key)}: expected an object, received ${JSON.stringify(value) ?? 'nothing'}`,
      );
  }
}

function isRule(rule: Rule | Readonly<Record<string, Rule>>): rule is Rule {
  return typeof rule.fits === 'function';
}

/** What the keys of the settings' file allow their fields. */
function rulesOf<F extends FieldKeys>(fields: F): RulesOf<F> {
  const rules = Object.entries(fields).map(([field, key]) => [
    field,
    typeof key === 'string' ? as(TRAINING_KEYS[key as keyof typeof TRAINING_KEYS]) : rulesOf(key),
  ]);
  return Object.fromEntries(rules);
}

/** A value that the key of the settings' file would give: it reads what it would be written as there. */
function as(key: IniKey<unknown>): Rule {
  return {
    expected: key.expected,
    fits: (value) =>
      value !== undefined && value !== '' && isDeepStrictEqual(key.parse(String(value)), value),
  };
}

function yesOrNo(): Rule {
  return { expected: 'expected true or false', fits: (value) => typeof value === 'boolean' };
}

function orNothing({ expected, fits }: Rule): Rule {
  return { expected, fits: (value) => value === undefined || fits(value) };
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isValueScale(value: unknown): boolean {
  if (value === undefined) return true;
  const { slope, intercept } = (value ?? {}) as Partial<ValueScale>;
  return Number.isFinite(slope) && Number.isFinite(intercept);
}

function isListOfWindows(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > 2) return false;
  return value.every((window: Partial<IntensityWindow> | null) => {
    const { low, high } = window ?? {};
    return Number.isFinite(low) && low! < high!;
  });
}

function isOwnNetwork(value: unknown): boolean {
  if (value === undefined) return true;
  const { module, parameters, operations } = (value ?? {}) as Partial<OwnNetworkIdentity>;
  const isDigest = (digest: unknown): boolean => /^[0-9a-f]{64}$/.test(String(digest));
  return isDigest(parameters) && isDigest(operations) && (module === undefined || typeof module === 'string');
}

function isOwnNames(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([key, name]) => (key === 'loss' || key === 'augment') && typeof name === 'string',
  );
}

function isStartingPoint(value: unknown): boolean {
  if (value === undefined) return true;
  const { checkpoint, epoch, step, crc32 } = (value ?? {}) as Partial<StartingPoint>;
  const isWhole = (number: unknown): boolean => Number.isSafeInteger(number) && Number(number) >= 0;
  return typeof checkpoint === 'string' && [epoch, step].every(isWhole) && (crc32 === null || isWhole(crc32));
}

function isAugmentPlan(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { windowHu: _, ...plan } = value as AugmentPlan;
  try {
    return isDeepStrictEqual(parseAugment(augmentList(plan)), plan);
  } catch {
    return false;
  }
}
