import { spawnSync } from 'node:child_process';
import { PYTHON } from '../python.js';

/** A Python with PyTorch, which is no part of the set-up (3 GB): named as for `voxlab bench train`. */
export const TORCH = process.env.VOXLAB_TORCH_PYTHON ?? PYTHON;

/** Why tests with PyTorch (and these packages beside it) are skipped; false where they run. */
export function whyNoTorch(...packages: readonly string[]): string | false {
  const wanted = ['torch', ...packages];
  return spawnSync(TORCH, ['-c', `import ${wanted.join(', ')}`]).status === 0
    ? false
    : `no ${wanted.join(', ')}: VOXLAB_TORCH_PYTHON may name a Python that has them`;
}
