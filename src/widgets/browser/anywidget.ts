/** The part of anywidget's front end that voxlab uses (https://anywidget.dev/en/afm/): a model shared with the kernel. */
export interface Model {
  get(key: string): unknown;
  /** Kept here until `save_changes` sends it. */
  set(key: string, value: unknown): void;
  save_changes(): void;
  /** A message of one's own to the kernel. */
  send(content: unknown): void;
  on(event: 'msg:custom', listener: (content: unknown, buffers: readonly DataView[]) => void): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: (...values: never[]) => void): void;
}

export interface RenderArguments {
  readonly model: Model;
  readonly el: HTMLElement;
}

/** Called when the view is removed. */
export type CleanUp = () => void;

/** Calls the listener now and whenever one of the values changes; returns what ends that. */
export function watch(model: Model, keys: readonly string[], listener: () => void): CleanUp {
  for (const key of keys) model.on(`change:${key}`, listener);
  listener();
  return () => {
    for (const key of keys) model.off(`change:${key}`, listener);
  };
}
