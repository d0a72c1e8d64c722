import { performance } from 'node:perf_hooks';
import type { HardNegatives } from '../feed/hardNegatives.js';
import { saveCheckpoint, takeSnapshot } from './checkpoint.js';
import type { CheckpointMeta } from './checkpointMeta.js';
import type { Learner } from './learner.js';
import type { TrainConfig } from './trainConfig.js';

/** Whose checkpoints, and how often inside an epoch. */
export interface KeeperOptions {
  readonly config: Pick<TrainConfig, 'run' | 'checkpointMinutes' | 'checkpointSteps'>;
  readonly learner: Learner;
  /** Steps done when training begins: they are kept already. */
  readonly fromStep: number;
  /** What must be on the disk before a checkpoint names its step: the records up to there. */
  readonly before?: () => Promise<void>;
  readonly save?: typeof saveCheckpoint;
}

/**
 * Leaves the checkpoints of a run. The first of several processes writes; on the others every call does nothing. Inside an
 * epoch training goes on while the copied state is written, so that no disk, however slow, keeps processes waiting.
 */
export class CheckpointKeeper {
  readonly #options: KeeperOptions;
  readonly #save: typeof saveCheckpoint;
  #keptStep: number;
  #keptAtMs = performance.now();
  #folder = '';
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#save = options.save ?? saveCheckpoint;
    this.#keptStep = options.fromStep;
  }

  /** Begins to write when it is time. Throws EnvironmentError when an earlier one could not be written. */
  async afterStep(meta: CheckpointMeta, hardest: HardNegatives | undefined): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#writing !== undefined || !this.#isDue(meta.step)) return;
    await this.#begin(meta, hardest);
  }

  /** A checkpoint of this moment, on the disk when it resolves; its folder. Throws EnvironmentError. */
  async save(meta: CheckpointMeta, hardest: HardNegatives | undefined): Promise<string> {
    if (this.#options.learner.rank > 0) return '';
    await this.settle();
    await this.#begin(meta, hardest);
    await this.settle();
    return this.#folder;
  }

  /** As save(), where steps were done since the last checkpoint; returns whether there were any. */
  async saveNewSteps(meta: CheckpointMeta, hardest: HardNegatives | undefined): Promise<boolean> {
    await this.settle();
    if (meta.step === this.#keptStep) return false;
    await this.save(meta, hardest);
    return true;
  }

  /** Waits for what is being written. Throws EnvironmentError when it could not be. */
  async settle(): Promise<void> {
    await this.#writing;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  #isDue(step: number): boolean {
    const { config, learner } = this.#options;
    if (learner.rank > 0) return false;
    const minutes = (performance.now() - this.#keptAtMs) / 60_000;
    return (
      (config.checkpointSteps > 0 && step - this.#keptStep >= config.checkpointSteps) ||
      (config.checkpointMinutes > 0 && minutes >= config.checkpointMinutes)
    );
  }

  async #begin(meta: CheckpointMeta, hardest: HardNegatives | undefined): Promise<void> {
    const snapshot = await takeSnapshot(this.#options.learner, meta, hardest);
    const before = this.#keptStep;
    this.#keptStep = meta.step;
    this.#keptAtMs = performance.now();
    const { before: recorded = async () => {}, config } = this.#options;
    this.#writing = recorded()
      .then(() => this.#save(config.run, snapshot))
      .then(
        (folder) => {
          this.#folder = folder;
          this.#writing = undefined;
        },
        (error: unknown) => {
          this.#keptStep = before;
          this.#failure = { error };
          this.#writing = undefined;
        },
      );
  }
}
