import { createRandom } from '../random.js';

/** Item k of an endless sequence of shuffled passes over the rows, each in its own seeded order; the present pass is kept. */
export function endlessPasses(rows: Uint32Array, seed: string): (k: number) => number {
  let pass = -1;
  let order = rows;
  return (k) => {
    const wanted = Math.floor(k / rows.length);
    if (wanted !== pass) {
      order = createRandom(`${seed}/${wanted}`).shuffle(rows.slice());
      pass = wanted;
    }
    return order[k % rows.length]!;
  };
}
