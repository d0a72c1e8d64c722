import { runPython } from '../python.js';

export const FOREIGN_ROWS = 6;
export const FOREIGN_VOXELS = 64;

/**
 * Patch files as h5py writes them, one a variant: 6 rows of 4 x 4 x 4 voxels, then the variant's Python, which sees the file f,
 * the voxels x (int16), h5py, hdf5plugin and np. Gives the paths by name.
 */
export function writeForeign<Name extends string>(
  folder: string,
  variants: Readonly<Record<Name, string>>,
): Readonly<Record<Name, string>> {
  return runPython<Record<Name, string>>(
    `import json, sys, os, h5py, hdf5plugin, numpy as np
folder, variants = json.load(sys.stdin); out = {}
def column(name, data, **more):
  if name in f: del f[name]
  return f.create_dataset(name, data=data, **more)
def voxels(data, **more): column('input', data, **more).attrs['lshape'] = (4, 4, 4, 1)
for name, change in variants.items():
  out[name] = os.path.join(folder, name + '-patch.hdf5')
  x = np.random.default_rng(7).integers(-1000, 400, (${FOREIGN_ROWS}, ${FOREIGN_VOXELS})).astype('<i2')
  with h5py.File(out[name], 'w') as f:
    voxels(x)
    column('output', np.array([[1], [0], [1], [0], [0], [1]]))
    for k in ('notrain', 'notrain_reason'): column(k, np.zeros((${FOREIGN_ROWS}, 1), 'i8'))
    column('subsets', np.array([[0], [0], [1], [1], [2], [2]])); column('centroid', np.arange(18.).reshape(6, 3) - 4.5)
    column('uuid', np.array([['1.2.%d' % i] for i in range(6)], dtype=object), dtype=h5py.string_dtype())
    exec(change)
print(json.dumps(out))`,
    [folder, variants],
  );
}
