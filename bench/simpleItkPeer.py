"""Other ways to the same patches of 32^3 at 1 mm: a question names way, scan, table and output; SimpleITK does the voxels.

whole-bspline-hdf5  the 2018 project's (src/preprocess/crop_nodules_3d.py): whole scan by cubic B-spline into int16, padded,
                    each patch sliced and appended to six HDF5 datasets, one row at a time
whole-bspline, whole-linear  the whole scan resampled, padded, then sliced; int16 rows to a plain file
patches-linear      each patch resampled by itself; int16 rows to a plain file
"""
import csv
import json
import sys
import time

import h5py
import numpy as np
import SimpleITK as sitk

PAD = 32
settings = json.loads(sys.argv[1])
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(settings["threads"])


def candidates(table):
    """World positions of the first scan of a table."""
    rows = list(csv.DictReader(open(table)))
    return [(float(r["coordX"]), float(r["coordY"]), float(r["coordZ"]), int(r["class"])) for r in rows if r["seriesuid"] == rows[0]["seriesuid"]]


def first_voxel(image, world):
    """Lowest voxel of the patch at 1 mm, whose voxel 0 is the scan's."""
    index = image.TransformPhysicalPointToContinuousIndex(world)
    return [int(np.rint(round(v * s, 6))) - 16 for v, s in zip(index, image.GetSpacing())]


def whole(image, interpolator, outside, pixel):
    size = [int(np.floor((n - 1) * s + 1e-6)) + 1 for n, s in zip(image.GetSize(), image.GetSpacing())]
    grid = sitk.Resample(image, size, sitk.Transform(), interpolator, image.GetOrigin(), [1, 1, 1], image.GetDirection(), outside, pixel)
    return np.pad(sitk.GetArrayFromImage(grid), PAD, constant_values=outside)


def sliced(voxels, image, world):
    x, y, z = [v + PAD for v in first_voxel(image, world)]
    return voxels[z:z + 32, y:y + 32, x:x + 32]


def append_rows(path, image, voxels, rows):
    """As the original: six datasets of h5py's own chunks, resized and written for each row."""
    columns = dict(input=(32 ** 3, np.float32), output=(1, np.int64), subsets=(1, np.int64), notrain=(1, np.int64), centroid=(3, np.float32))
    with h5py.File(path, "w") as file:
        for name, (width, dtype) in columns.items():
            file.create_dataset(name, (0, width), maxshape=(None, width), dtype=dtype)
        file.create_dataset("uuid", (0, 1), maxshape=(None, 1), dtype=h5py.string_dtype())
        for n, (x, y, z, label) in enumerate(rows):
            patch = sliced(voxels, image, (x, y, z)).astype(np.float32).ravel()
            values = dict(input=patch, output=label, subsets=0, notrain=0, centroid=(x, y, z), uuid="scan")
            for name, value in values.items():
                file[name].resize(n + 1, axis=0)
                file[name][n] = value


def cut(question):
    way = question["way"]
    rows = candidates(question["table"])
    image = sitk.ReadImage(question["path"])
    if way == "whole-bspline-hdf5":
        append_rows(question["out"], image, whole(image, sitk.sitkBSpline, -2000, sitk.sitkInt16), rows)
        return len(rows)
    worlds = [row[:3] for row in rows]
    if way == "patches-linear":
        patches = [patch_around(image, world) for world in worlds]
    else:
        voxels = whole(image, sitk.sitkLinear if way == "whole-linear" else sitk.sitkBSpline, -1000, sitk.sitkInt16)
        patches = [sliced(voxels, image, world) for world in worlds]
    with open(question["out"], "wb") as out:
        np.stack(patches).tofile(out)
    return len(rows)


def patch_around(image, world):
    corner = image.TransformContinuousIndexToPhysicalPoint([f / s for f, s in zip(first_voxel(image, world), image.GetSpacing())])
    patch = sitk.Resample(image, [32, 32, 32], sitk.Transform(), sitk.sitkLinear, corner, [1, 1, 1], image.GetDirection(), -1000.0, sitk.sitkFloat32)
    return np.rint(sitk.GetArrayFromImage(patch)).astype(np.int16)


print("{}", flush=True)
for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    count = cut(json.loads(line))
    print(json.dumps(dict(seconds=time.perf_counter() - wall, cpuSeconds=time.process_time() - cpu, rows=count)), flush=True)
