/** State of a generator, four 32-bit integers; plain data, so that a checkpoint can hold it. */
export type RandomState = readonly [number, number, number, number];

/** Seeded random numbers (sfc32): the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Fisher-Yates shuffle in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** An independent generator, derived from this seed and a label (not from the present state). */
  fork(label: string | number): Random;
  /** Where the sequence stands: createRandom() goes on from it. */
  state(): RandomState;
}

/**
 * A generator from a seed, a number or any text, or continued from a saved state.
 * @example
 * const random = createRandom('my experiment');
 * random.integer(100) //=> 12
 * random.fork('noise').normal().toFixed(3) //=> '0.815'
 */
export function createRandom(seed: number | string | RandomState): Random {
  let [a, b, c, counter] = typeof seed === 'object' ? seed : stateFromText(String(seed));

  const nextUint32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  const uniform = (): number => nextUint32() / 2 ** 32;
  const integer = (n: number): number => Math.floor(uniform() * n);

  return {
    uniform,
    integer,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = items[i];
        items[i] = items[j];
        items[j] = held;
      }
      return items;
    },
    fork: (label) => createRandom(`${typeof seed === 'object' ? seed.join(',') : seed}/${label}`),
    state: () => [a, b, c, counter],
  };
}

/** FNV-1a over the text, spread to four words; twelve rounds of sfc32 are run off by its author's advice. */
function stateFromText(text: string): [number, number, number, number] {
  const words = [0, 1, 2].map((word) => {
    let hash = 0x811c9dc5 ^ Math.imul(word, 0x9e3779b9);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return hash | 0;
  });
  const warm = createRandom([words[0]!, words[1]!, words[2]!, 1]);
  for (let round = 0; round < 12; round++) warm.uniform();
  return [...warm.state()] as [number, number, number, number];
}
