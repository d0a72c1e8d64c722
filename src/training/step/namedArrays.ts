import { EngineError } from '../../errors.js';
import { sizeOf } from '../../model/architecture.js';
import type { NamedArray } from './learner.js';

/** Throws EngineError where names or shapes are not those of the network, naming some. */
export function requireSame(
  what: string,
  given: ReadonlyMap<string, NamedArray>,
  wanted: ReadonlyMap<string, readonly number[]>,
): void {
  const missing = [...wanted.keys()].filter((name) => !given.has(name));
  const further = [...given.keys()].filter((name) => !wanted.has(name));
  if (missing.length > 0 || further.length > 0)
    throw new EngineError(
      `load ${what}`,
      `expected the ${wanted.size} arrays of this network, received ${given.size}: ${missing.length} missing (${missing.slice(0, 3).join(', ')}), ${further.length} unknown (${further.slice(0, 3).join(', ')})`,
    );
  for (const [name, shape] of wanted) {
    const { shape: received, data } = given.get(name)!;
    if (received.join() !== shape.join() || data.length !== sizeOf({ shape }))
      throw new EngineError(
        `load ${what}`,
        `${name}: expected [${shape.join(', ')}], received [${received.join(', ')}]`,
      );
  }
}

/** A single number. */
export function scalarArray(value: number): NamedArray {
  return { shape: [], data: Float32Array.of(value) };
}
