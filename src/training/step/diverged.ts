import { EngineError } from '../../errors.js';

/**
 * Training ran away: `what` is no number any more. A resume keeps the rate, which is the reason, so that it is another run that
 * mends it.
 */
export function diverged(operation: string, what: string): EngineError {
  return new EngineError(
    operation,
    `${what}; the checkpoints before it are kept; begin another run with a lower LEARNING_RATE or with CLIP_NORM (--from RUN takes the best weights of this one)`,
  );
}
