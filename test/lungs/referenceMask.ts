import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import type { Volume } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

/** The recipe of docs/lung-mask.md, written anew with SimpleITK and scipy: the closed lungs, and with the margin. */
export function referenceMask(volume: Volume, marginMm: number): { closed: Uint8Array; mask: Uint8Array } {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lungs-'));
  try {
    writeMetaImage(join(folder, 'scan.mhd'), volume);
    runPython(PROGRAM, { folder, marginMm });
    const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
    return { closed: read('closed.raw'), mask: read('mask.raw') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const PROGRAM = `
import json, os, sys
import numpy as np, SimpleITK as sitk
from scipy import ndimage
from scipy.spatial import ConvexHull
q = json.load(sys.stdin)
scan = sitk.ReadImage(os.path.join(q['folder'], 'scan.mhd'))
own = sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(scan.GetDirection())
upright = sitk.DICOMOrient(scan, 'LPS')
hu = sitk.GetArrayFromImage(upright)
spacing = upright.GetSpacing()[::-1]
sz, sy, sx = spacing

air = hu < -400
labels, _ = ndimage.label(air)
sides = np.unique(np.concatenate([labels[:, [0, -1]].ravel(), labels[:, :, [0, -1]].ravel()]))
around = np.isin(labels, sides[sides > 0])
inner = air & ~around

previous, searched = None, 0
for z in range(len(inner) - 1, -1, -1):
    parts, n = ndimage.label(inner[z])
    areas = np.bincount(parts.ravel(), minlength=n + 1) * sy * sx
    chosen = []
    if previous is None:
        columns = np.where((~around[z]).any(0))[0]
        middle = (columns[0] + columns[-1]) / 2 if len(columns) else 0
        for i, (ys, xs) in enumerate(ndimage.find_objects(parts), 1):
            wide, high = (xs.stop - xs.start) * sx, (ys.stop - ys.start) * sy
            off = abs((xs.start + xs.stop - 1) / 2 - middle) * sx
            if 40 <= areas[i] <= 700 and off <= 25 and max(wide, high) <= 40: chosen.append(i)
    else:
        chosen = [i for i in np.unique(parts[previous]) if i > 0 and areas[i] <= 700]
    if chosen:
        previous = np.isin(parts, chosen)
        inner[z] &= ~previous
    elif previous is not None: break
    elif n: searched += sz
    if searched > 80: break

labels, n = ndimage.label(inner)
volumes = np.bincount(labels.ravel(), minlength=n + 1) * sx * sy * sz; volumes[0] = 0
order = np.argsort(-volumes)
lungs = [labels == order[0]] if n and volumes[order[0]] >= 3e5 else []
if lungs:
    zs = np.where(lungs[0].any((1, 2)))[0]
    for i in order[1:3]:
        if volumes[i] >= .1 * volumes[order[0]] and np.where((labels == i).any((1, 2)))[0].max() > (zs[0] + zs[-1]) / 2:
            lungs.append(labels == i); break
if len(lungs) == 1:
    depth = ndimage.distance_transform_edt(np.pad(lungs[0], 1, mode='edge'), sampling=spacing)[1:-1, 1:-1, 1:-1]
    for worn in range(3, 22, 3):
        cores, n = ndimage.label(depth > worn)
        sizes = np.sort(np.bincount(cores.ravel())[1:])[::-1]
        if n > 1 and sizes[0] < 4.8 * sizes[1]:
            counts = np.bincount(cores.ravel()); counts[0] = 0
            a, b = np.argsort(-counts)[:2]
            markers = (cores == a) * 1 + (cores == b) * 2
            flood = sitk.MorphologicalWatershedFromMarkers(sitk.GetImageFromArray((1 - lungs[0]).astype(np.uint8)), sitk.GetImageFromArray(markers.astype(np.uint8)), False, False)
            halves = sitk.GetArrayFromImage(flood)
            lungs = [lungs[0] & (halves == 1), lungs[0] & (halves == 2)]
            break

closed = np.zeros(hu.shape, bool)
every = np.argwhere(np.ones(hu.shape[1:], bool))
for lung in lungs:
    for z in np.where(lung.any((1, 2)))[0]:
        shape = ndimage.binary_fill_holes(lung[z])
        points = np.argwhere(shape)
        try:
            planes = ConvexHull(points).equations
            hull = (every @ planes[:, :2].T + planes[:, 2] <= 1e-6).all(1).reshape(shape.shape)
        except Exception:
            hull = shape
        closed[z] |= hull if hull.sum() <= 1.5 * shape.sum() else shape
away = ndimage.distance_transform_edt(~closed, sampling=spacing) if closed.any() else np.full(hu.shape, np.inf)
for name, mask in [('closed', closed), ('mask', away <= q['marginMm'])]:
    image = sitk.GetImageFromArray(mask.astype(np.uint8)); image.CopyInformation(upright)
    sitk.GetArrayFromImage(sitk.DICOMOrient(image, own)).tofile(os.path.join(q['folder'], name + '.raw'))
print('null')
`;
