import { openEngine } from './engine.js';
import { tf as loaded, type NodeApi, nodeApi, type TensorflowModule } from './tf.js';

/** TensorFlow.js with what its Node package adds: pictures, TensorBoard, models in files (`file://` addresses). */
export type TensorflowJs = TensorflowModule & { readonly node: NodeApi };

/**
 * TensorFlow.js on TensorFlow's own library, which is loaded at the first use: about a second.
 * @example
 * tf.tidy(() => tf.add(1, 2).dataSync()[0]) //=> 3
 */
export const tf: TensorflowJs = new Proxy({} as TensorflowJs, {
  get: (_, name) => Reflect.get(opened(), name),
  has: (_, name) => Reflect.has(opened(), name),
  ownKeys: () => Reflect.ownKeys(opened()),
  getOwnPropertyDescriptor: (_, name) => {
    const value = Reflect.get(opened(), name);
    return value === undefined ? undefined : { value, enumerable: true, configurable: true };
  },
});

let whole: TensorflowJs | undefined;

function opened(): TensorflowJs {
  openEngine();
  whole ??= { ...loaded, node: nodeApi() };
  return whole;
}
