/** One view's hold on a WebGL context. */
export interface ContextHolder {
  /** Whether its picture can be seen now. */
  isSeen(): boolean;
  /** Whether it is in the middle of a picture. */
  isBusy(): boolean;
  /** Gives the context back; the picture stays. */
  release(): void;
}

/** Browsers keep about 16 and then take the oldest from a page without asking, JupyterLab's own and plotly's, too. */
const MOST = 4;
/** Widgets are modules of their own; this they share. In the order of their last use. */
const POOL = Symbol.for('voxlab.contexts');

function holders(): Set<ContextHolder> {
  const shared = globalThis as { [POOL]?: Set<ContextHolder> };
  shared[POOL] ??= new Set();
  return shared[POOL];
}

/** Says that a view draws now. Where too many contexts are held, those used longest ago that nobody sees are given back. */
export function holdContext(holder: ContextHolder): void {
  const held = holders();
  held.delete(holder);
  held.add(holder);
  const others = [...held].filter((one) => one !== holder && !one.isBusy());
  const spare = [...others.filter((one) => !one.isSeen()), ...others.filter((one) => one.isSeen())];
  for (const one of spare.slice(0, Math.max(0, held.size - MOST))) {
    held.delete(one);
    one.release();
  }
}

export function letContextGo(holder: ContextHolder): void {
  holders().delete(holder);
}
