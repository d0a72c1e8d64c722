import { type Tensor, tf } from './tf.js';

/** The part of a node of TensorFlow.js' tape that is used here (tfjs-core/src/tape.ts). */
interface TapeNode {
  gradient?: (dys: Tensor | Tensor[]) => Record<string, () => Tensor>;
}

/**
 * Runs part of a forward pass. When its gradients are computed later, `beforeGradient` is called first: so that the trace
 * puts them where the forward operations are (a device, a part of a schedule), for the tape itself knows no place.
 */
export function withGradientsAt<T>(forward: () => T, beforeGradient: () => void): T {
  const tape = activeTape();
  const from = tape?.length ?? 0;
  const result = forward();
  for (const node of tape?.slice(from) ?? []) {
    const { gradient } = node;
    if (gradient === undefined) continue;
    node.gradient = (dys) => {
      beforeGradient();
      const parts = Object.entries(gradient(dys)).map(([input, part]) => [
        input,
        () => {
          beforeGradient();
          return part();
        },
      ]);
      return Object.fromEntries(parts) as Record<string, () => Tensor>;
    };
  }
  return result;
}

/** What TensorFlow.js has recorded so far; undefined outside of a gradient. */
function activeTape(): TapeNode[] | undefined {
  const { state } = tf.engine() as unknown as { state: { activeTape?: TapeNode[] } };
  return state.activeTape;
}
