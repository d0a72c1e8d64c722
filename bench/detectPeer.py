"""Blobs of the same scales by the tools at hand; a question names the way, the scan and our lung mask on its grid of 1 mm.

blob_log    skimage.feature.blob_log, as its users call it, on the box around the lungs (clamped, what lies outside is filled)
SimpleITK   resampled, masked, LaplacianRecursiveGaussian of each scale, the greatest of all scales, its regional maxima

Reading is not timed. The answer holds seconds, cpuSeconds, peakMiB and the world positions.
"""
import json
import resource
import sys
import time

import numpy as np
import SimpleITK as sitk

settings = json.loads(sys.argv[1])
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(settings["threads"])
LOWEST, HIGHEST, THRESHOLD, OUTSIDE = (settings[name] for name in ("lowestHu", "highestHu", "thresholdHu", "lungHu"))
SIGMAS = settings["sigmasMm"]


def interior(scan, mask):
    """The scan at 1 mm, clamped, outside the lungs as dark as they are; the box around the lungs alone."""
    grid = sitk.Resample(scan, mask, sitk.Transform(), sitk.sitkLinear, -1000.0, sitk.sitkFloat32)
    filled = sitk.Mask(sitk.Clamp(grid, sitk.sitkFloat32, LOWEST, HIGHEST), mask, OUTSIDE)
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.SetComputeOrientedBoundingBox(False)
    shape.Execute(mask)
    box = shape.GetBoundingBox(1)
    return sitk.RegionOfInterest(filled, box[3:], box[:3])


def by_skimage(image):
    from skimage.feature import blob_log

    voxels = sitk.GetArrayFromImage(image)
    found = blob_log(voxels, SIGMAS[0], SIGMAS[-1], len(SIGMAS), THRESHOLD, log_scale=True)
    return found[:, 2::-1]


def by_simpleitk(image):
    best = None
    for sigma in SIGMAS:
        response = -sitk.LaplacianRecursiveGaussian(image, sigma, True)
        best = response if best is None else sitk.Maximum(best, response)
    maxima = sitk.RegionalMaxima(best, 0.0, 1.0, False, True) * sitk.Cast(best >= THRESHOLD, sitk.sitkUInt32)
    return np.argwhere(sitk.GetArrayViewFromImage(maxima) > 0)[:, ::-1]


def answer(question):
    scan, mask = sitk.ReadImage(question["scan"]), sitk.ReadImage(question["mask"])
    wall, cpu = time.perf_counter(), time.process_time()
    image = interior(scan, mask)
    found = by_skimage(image) if question["way"] == "blob_log" else by_simpleitk(image)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    points = [image.TransformContinuousIndexToPhysicalPoint([float(i) for i in index]) for index in found]
    return dict(seconds=seconds, cpuSeconds=cpu_seconds, peakMiB=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, points=points)


if settings["way"] == "blob_log":
    import skimage.feature  # Before it is said to be ready: loading is not timed.

print("{}", flush=True)
for line in sys.stdin:
    print(json.dumps(answer({**json.loads(line), "way": settings["way"]})), flush=True)
