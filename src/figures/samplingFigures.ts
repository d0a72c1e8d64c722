import type { BatchOrder } from '../feed/batchOrder.js';
import { type Chart, chart } from './charts/chart.js';

/** Orders of batches by name. */
export type NamedOrders = Readonly<Record<string, BatchOrder>>;

/**
 * Share of nodules in each batch of the first epoch. `classes`: 1 nodule, 0 not; one a row of the file.
 * @example
 * const rows = { positives: Uint32Array.of(0, 3), negatives: Uint32Array.of(1, 2, 4, 5) };
 * display(classShareFigure({ balanced: balancedOrder(rows, 4, 16) }, [1, 0, 0, 1, 0, 0]));
 */
export function classShareFigure(orders: NamedOrders, classes: ArrayLike<number>): Chart {
  return overEpoch(orders, 'Nodules in each batch', 'nodules (%)', (order) =>
    stepsOf(order).map((rows) => (100 * rows.filter((row) => classes[row] === 1).length) / rows.length),
  );
}

/**
 * Share of the `total` training rows that have been in a batch, after each step of the first epoch.
 * @example
 * const rows = { positives: Uint32Array.of(0, 3), negatives: Uint32Array.of(1, 2, 4, 5) };
 * display(coverageFigure({ balanced: balancedOrder(rows, 4, 16) }, 6));
 */
export function coverageFigure(orders: NamedOrders, total: number): Chart {
  return overEpoch(orders, 'Training rows seen in an epoch', 'rows seen (%)', (order) => {
    const seen = new Set<number>();
    return stepsOf(order).map((rows) => {
      for (const row of rows) seen.add(row);
      return (100 * seen.size) / total;
    });
  });
}

function overEpoch(
  orders: NamedOrders,
  title: string,
  unit: string,
  measure: (order: BatchOrder) => number[],
): Chart {
  return chart({
    title,
    x: { title: 'step' },
    y: { title: unit, range: [0, 100] },
    traces: Object.entries(orders).map(([name, order]) => {
      const y = measure(order);
      return { name, x: y.map((_, i) => i + 1), y };
    }),
  });
}

function stepsOf(order: BatchOrder): Uint32Array[] {
  return Array.from({ length: order.stepsPerEpoch }, (_, step) => order.rowsOf(step));
}
