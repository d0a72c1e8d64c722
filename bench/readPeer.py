"""Scans of one noise, 512 x 512 x slices int16, in every format; and SimpleITK's reading of them, one question a scan.

{"write": FOLDER, "slices": N} writes the formats and answers their names and paths; {"read": PATH} reads one and answers its
seconds and the sum of its voxels. DICOM is read as SimpleITK's users do: the series' files by position, rescaled.
"""
import json
import os
import sys
import time

import nibabel
import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, RLELossless, generate_uid

settings = json.loads(sys.argv[1])
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(settings["threads"])


def chest(slices):
    """Smooth shapes and a scanner's noise: what packs as a CT does."""
    z, y, x = np.ogrid[:slices, :512, :512]
    body = np.where(((x - 256) / 200) ** 2 + ((y - 256) / 150) ** 2 < 1, -750 + 0.3 * z, -1000)
    noise = np.random.default_rng(3).normal(0, 12, (slices, 512, 512))
    return np.maximum(np.rint(body + noise), -1024).astype(np.int16)  # As scanners do: nothing is below the intercept.


def write_series(folder, voxels, syntax):
    os.makedirs(folder)
    series, study = generate_uid(), generate_uid()
    for index, plane in enumerate(voxels):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = CTImageStorage
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = generate_uid()
        ds.SeriesInstanceUID, ds.StudyInstanceUID, ds.Modality = series, study, "CT"
        ds.ImagePositionPatient, ds.ImageOrientationPatient = [-180, -180, -300 + index], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness, ds.InstanceNumber = [0.7, 0.7], 1, index + 1
        ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 512, 512, 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
        ds.PixelData = (plane + 1024).astype("<u2").tobytes()
        if syntax != ExplicitVRLittleEndian:
            ds.compress(syntax)
        ds.save_as(os.path.join(folder, f"{index:04d}.dcm"), enforce_file_format=True)


def write(folder, slices):
    voxels = chest(slices)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing((0.7, 0.7, 1))
    paths = {}
    for name, file, packed in [
        ("MetaImage", "raw.mhd", False), ("MetaImage, zlib", "zlib.mha", True),
        ("NRRD", "raw.nrrd", False), ("NRRD, gzip", "gzip.nrrd", True), ("NIfTI", "raw.nii", False), ("NIfTI, gzip", "gzip.nii.gz", True),
    ]:
        paths[name] = os.path.join(folder, file)
        sitk.WriteImage(image, paths[name], packed)
    paths["NIfTI, scaled"] = os.path.join(folder, "scaled.nii")
    scaled = nibabel.Nifti1Image(voxels.transpose(2, 1, 0), np.diag([-0.7, -0.7, 1, 1]))
    scaled.header.set_slope_inter(0.5, -24)
    scaled.to_filename(paths["NIfTI, scaled"])
    for name, syntax in [("DICOM", ExplicitVRLittleEndian), ("DICOM, RLE", RLELossless), ("DICOM, JPEG-LS", JPEGLSLossless)]:
        paths[name] = os.path.join(folder, name.replace(", ", "-"))
        write_series(paths[name], voxels if name == "DICOM" else voxels[: max(2, slices // 5)], syntax)
    return paths


def read(path):
    began = time.perf_counter()
    if os.path.isdir(path):
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(path))
        image = reader.Execute()
    else:
        image = sitk.ReadImage(path)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "sum": float(sitk.GetArrayViewFromImage(image).sum(dtype=np.float64))}


print("{}", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    answer = write(question["write"], question["slices"]) if "write" in question else read(question["read"])
    print(json.dumps(answer), flush=True)
