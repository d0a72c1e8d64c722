"""The same crop with SimpleITK: read, resample around each candidate by its linear interpolator, one scan a request."""
import csv
import json
import os
import sys
import time

import numpy as np
import SimpleITK as sitk

settings = json.loads(sys.argv[1])
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(settings["threads"])
candidates = {}
for row in csv.DictReader(open(settings["table"])):
    candidates.setdefault(row["seriesuid"], []).append([float(row[k]) for k in ("coordX", "coordY", "coordZ")])
print("{}", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    image = sitk.ReadImage(question["path"], sitk.sitkFloat32)
    rows = []
    for world in candidates[question["uid"]]:
        index = [v * s for v, s in zip(image.TransformPhysicalPointToContinuousIndex(world), image.GetSpacing())]
        first = [int(np.rint(v)) - 16 for v in index]
        corner = image.TransformContinuousIndexToPhysicalPoint([f / s for f, s in zip(first, image.GetSpacing())])
        patch = sitk.Resample(image, [32, 32, 32], sitk.Transform(), sitk.sitkLinear, corner, [1, 1, 1], image.GetDirection(), -1000.0)
        rows.append(np.rint(sitk.GetArrayFromImage(patch)).astype(np.int16))
    with open(question["out"], "wb") as out:
        np.stack(rows).tofile(out)
    print(json.dumps(dict(seconds=time.perf_counter() - wall, cpuSeconds=time.process_time() - cpu, rows=len(rows))), flush=True)
