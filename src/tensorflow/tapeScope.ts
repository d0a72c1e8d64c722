import { type Tensor, tf } from './tf.js';

/** The part of a node of TensorFlow.js' tape that is used here (tfjs-core/src/tape.ts). */
interface TapeNode {
  readonly outputs: readonly Tensor[];
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

/**
 * As tf.customGrad, with gradients that are traced one at a time: each only where it is asked for, and in its own place.
 * `gradientsOf` is called once, with the gradient of the result and the inputs.
 */
export function withOwnGradients<Inputs extends [Tensor, ...Tensor[]]>(
  inputs: Inputs,
  forward: () => Tensor,
  gradientsOf: (dy: Tensor, inputs: Inputs) => { readonly [Input in keyof Inputs]: () => Tensor },
): Tensor {
  let parts: readonly (() => Tensor)[] = [];
  let isApart = false;
  const operation = tf.customGrad((...given) => {
    (given.at(-1) as unknown as (tensors: Tensor[]) => void)(inputs);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      parts = gradientsOf(dy, saved as Inputs);
      return isApart ? saved : parts.map((part) => part()); // of `saved` nothing is read
    };
    return { value: forward(), gradFunc };
  });
  const result = operation(...inputs);
  const node = activeTape()?.at(-1);
  const gradient = node?.outputs.some(({ id }) => id === result.id) ? node.gradient : undefined;
  if (gradient !== undefined) {
    isApart = true;
    node!.gradient = (dys) => {
      const names = Object.keys(gradient(dys));
      return Object.fromEntries(names.map((name) => [name, parts[Number(name)]!]));
    };
  }
  return result;
}

/**
 * Gradients of `forward` at `inputs`, where its own gradient is `dy`: also while a tape is being read, that is inside of a
 * `gradFunc`. TensorFlow.js would take the tape away, which the gradients that are being computed still need.
 */
export function gradientsAt(
  forward: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  dy: Tensor,
): Tensor[] {
  const state = engineState();
  const outer = state.activeTape;
  try {
    return tf.grads(forward as Parameters<typeof tf.grads>[0])([...inputs], dy);
  } finally {
    state.activeTape = outer;
  }
}

/** What TensorFlow.js has recorded so far; undefined outside of a gradient. */
function activeTape(): TapeNode[] | undefined {
  return engineState().activeTape;
}

function engineState(): { activeTape: TapeNode[] | undefined } {
  return (tf.engine() as unknown as { state: { activeTape: TapeNode[] | undefined } }).state;
}
