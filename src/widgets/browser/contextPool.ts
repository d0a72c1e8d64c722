/** One view's hold on a WebGL context. */
export interface ContextHolder {
  /** Whether its picture can be seen now. */
  isSeen(): boolean;
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

/** Says that a view draws now. Where too many contexts are held, the one used longest ago that is not seen is given back. */
export function holdContext(holder: ContextHolder): void {
  const held = holders();
  held.delete(holder);
  held.add(holder);
  if (held.size <= MOST) return;
  const others = [...held].filter((one) => one !== holder);
  const idle = others.find((one) => !one.isSeen()) ?? others[0]!;
  held.delete(idle);
  idle.release();
}

export function letContextGo(holder: ContextHolder): void {
  holders().delete(holder);
}
