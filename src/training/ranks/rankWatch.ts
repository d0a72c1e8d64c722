/**
 * A small talk beside TensorFlow's collectives, which know neither who is missing nor why: all processes come, prove that they
 * know the secret, agree on what they are going to do, and are heard twice a second. Who ends, hangs or differs is named to all
 * others. The first process listens on the port after its own; strangers are named, and have no say.
 */
export interface RankWatch {
  /** Waits until all processes have said the same. Throws EngineError, naming who did not. */
  agree(what: string, value: string): Promise<void>;
  /** Rejects when a process is lost. */
  readonly failure: Promise<never>;
  /** Reject when a process is lost, or has ended in peace: what all do together has no end then. */
  readonly losses: readonly Promise<never>[];
  /** The loss of a process, if that is what made a step fail: it is heard of within moments. */
  explain(error: unknown): Promise<unknown>;
  /** Asks all processes to stop. */
  stop(): void;
  /** Aborted when any process asked. */
  readonly stopping: AbortSignal;
  /** Ends the talk. With a reason, the others are told why this process ends. */
  leave(reason?: string): void;
}
