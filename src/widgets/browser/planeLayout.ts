import type { CleanUp } from './anywidget.js';
import type { PlaneView } from './planeView.js';

/** CSS pixels. */
const GAP = 2;
const PADDING = 9;
const HIGHEST = 400;
const NARROWEST = 170;
/** Below this width the planes stand below one another. */
const STACKED_BELOW = 700;

/** Beside each other, or below one another where that would be too small; one scale for all. */
export function layOut(views: readonly PlaneView[], planes: HTMLElement, width: number): void {
  const stacked = width < STACKED_BELOW - 2 * PADDING;
  planes.dataset.stacked = String(stacked);
  const widths = views.map(({ widthMm }) => widthMm);
  const highestMm = Math.max(...views.map(({ heightMm }) => heightMm));
  const room = width - GAP * (views.length - 1);
  const perMm = stacked
    ? Math.min(width / Math.max(...widths), HIGHEST / highestMm)
    : Math.min(room / widths.reduce((sum, mm) => sum + mm, 0), HIGHEST / highestMm);
  const narrowest = Math.min(NARROWEST, room / views.length);
  for (const view of views)
    view.layOut({
      perMm,
      width: stacked ? width : Math.max(narrowest, Math.floor(view.widthMm * perMm)),
      height: Math.ceil((stacked ? view.heightMm : highestMm) * perMm),
    });
}

/** Says how wide a view's pictures may be, now and whenever that changes; not while it is hidden. */
export function followWidth(el: HTMLElement, changed: (width: number) => void): CleanUp {
  const observer = new ResizeObserver(() => {
    if (el.clientWidth > 0) changed(el.clientWidth - 2 * PADDING);
  });
  observer.observe(el);
  return () => observer.disconnect();
}

/** Keys go to the plane that had the focus or the pointer last. */
export function usedLast(views: readonly PlaneView[]): () => PlaneView {
  let last = views[0]!;
  for (const view of views)
    for (const type of ['focusin', 'pointerdown'])
      view.root.addEventListener(type, () => {
        last = view;
      });
  return () => last;
}

/** However often it is called, the work is done once before the next frame. */
export function onceAFrame(work: () => void): () => void {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      work();
    });
  };
}
