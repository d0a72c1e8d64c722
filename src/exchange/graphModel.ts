/** A GraphModel of TensorFlow.js in memory. */
export interface GraphModel {
  /** model.json, without the names of the files of weights. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly weightSpecs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
  }[];
  readonly shards: readonly Uint8Array[];
}
