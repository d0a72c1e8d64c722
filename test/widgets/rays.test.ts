import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { cross } from '../../src/volumes/voxels/vectors.js';
import { insideMm, raysOf } from '../../src/widgets/rays.js';
import { middleOf, turned, wholeVolume } from '../../src/widgets/volumeCamera.js';
import { runPython } from '../python.js';
import { randomGeometry } from '../volumes/randomGeometry.js';

const size = { width: 300, height: 200 };

test('rays are inside of turned, mirrored and anisotropic volumes where SimpleITK says, and behind the cut', () => {
  const random = createRandom('rays');
  for (let turn = 0; turn < 6; turn++) {
    const grid = randomGeometry(random);
    const camera = turned(
      wholeVolume(grid),
      random.between(-3, 3),
      random.between(-3, 3),
      random.between(-3, 3),
    );
    const normal = cross(camera.right, camera.up);
    const cut = turn % 2 === 0 ? null : { normal: [normal[0], normal[1], normal[2]] as const, atMm: 0.31 };
    const rays = raysOf(grid, camera, cut, size);
    const places = Array.from(
      { length: 40 },
      () => [random.between(-20, 20), random.between(-20, 20)] as const,
    );
    const inside = runPython<boolean[][]>(PROGRAM, { ...grid, camera, cut, middle: middleOf(grid), places });
    const depths = Array.from({ length: 401 }, (_, at) => at * 0.5 - 100);
    for (const [at, place] of places.entries()) {
      const found = insideMm(rays, place, [-100, 100]);
      for (const [step, mm] of depths.entries()) {
        const isEdge = found && Math.min(Math.abs(mm - found.fromMm), Math.abs(mm - found.toMm)) < 1e-6;
        if (isEdge) continue;
        const own = found !== undefined && mm >= found.fromMm && mm <= found.toMm;
        assert.equal(own, inside[at]![step], `turn ${turn}, ray ${place}, ${mm} mm`);
      }
    }
    assert.ok(inside.flat().some(Boolean) && !inside.flat().every(Boolean));
  }
});

const PROGRAM = `
import json, sys, numpy as np, SimpleITK as sitk
q = json.load(sys.stdin)
image = sitk.Image(q['size'], sitk.sitkInt16)
image.SetSpacing(q['spacingMm']); image.SetOrigin(q['originMm']); image.SetDirection(q['direction'])
r, u, c = (np.array(q['camera'][k]) for k in ('right', 'up', 'centerMm'))
f = np.cross(u, r)
out = []
for x, y in q['places']:
    row = []
    for mm in np.arange(401) * 0.5 - 100:
        p = c + x * r + y * u + mm * f
        index = np.array(image.TransformPhysicalPointToContinuousIndex(p.tolist()))
        ok = bool(np.all(index >= -0.5) and np.all(index <= np.array(q['size']) - 0.5))
        if q['cut']:
            ok = ok and bool(np.dot(q['cut']['normal'], p - np.array(q['middle'])) >= q['cut']['atMm'])
        row.append(ok)
    out.append(row)
print(json.dumps(out))
`;
