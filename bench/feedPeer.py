"""Random rows of a patch file by h5py, and by PyTorch's DataLoader over h5py; also drops a file from the page cache.

A request {way, file, rows} is answered by {seconds, cpuSeconds, batches: [ms of each batch]}; what is written, by {}.
"""
import json
import os
import resource
import sys
import time
import zlib

import h5py
import numpy as np

settings = json.loads(sys.argv[1])
BATCH = settings["batch"]
if settings.get("torch"):
    import torch


def cpu():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def batches_of(rows):
    return [rows[i : i + BATCH] for i in range(0, len(rows), BATCH)]


def by_list(file, rows):
    """The 2018 project's way: one list of rows a batch, which h5py wants ascending."""
    with h5py.File(file, "r") as f:
        for batch in batches_of(rows):
            yield f["input"][sorted(batch), :]


def by_row(file, rows):
    with h5py.File(file, "r") as f:
        data = f["input"]
        for batch in batches_of(rows):
            yield np.stack([data[row] for row in batch])


def by_loader(file, rows):
    class Rows(torch.utils.data.Dataset):
        """Opened in the worker: a handle does not survive a fork."""

        def __init__(self):
            self.data = None

        def __len__(self):
            return len(rows)

        def __getitem__(self, i):
            if self.data is None:
                self.data = h5py.File(file, "r")["input"]
            return torch.from_numpy(self.data[rows[i]])

    yield from torch.utils.data.DataLoader(Rows(), batch_size=BATCH, num_workers=settings["workers"])


def drop(question):
    fd = os.open(question["file"], os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def write_as_2018(question):
    """The rows of a file as the 2018 project wrote them: float32, growing, in the chunks that its h5py guessed."""
    with h5py.File(question["file"], "r") as given, h5py.File(question["to"], "w") as f:
        rows, voxels = given["input"].shape
        data = f.create_dataset("input", (0, voxels), maxshape=(None, voxels), dtype="float32", chunks=(1, 2048))
        for at in range(0, rows, 512):
            data.resize(at + 512, axis=0)
            data[at : at + 512] = given["input"][at : at + 512]


def write_large(question):
    """Many rows without their bytes: a contiguous file with a hole, and one of compressed chunks that are all alike."""
    rows, voxels = question["rows"], question["voxels"]
    with h5py.File(question["file"], "w") as f:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        h5py.h5d.create(f.id, b"input", h5py.h5t.STD_I16LE, h5py.h5s.create_simple((rows, voxels)), plist)
    with h5py.File(question["to"], "w") as f:
        data = f.create_dataset("input", (rows, voxels), "<i2", chunks=(1, voxels), compression="gzip")
        chunk = zlib.compress(bytes(2 * voxels))
        for row in range(rows):
            data.id.write_direct_chunk((row, 0), chunk)


OTHERS = dict(drop=drop, write_as_2018=write_as_2018, write_large=write_large)
WAYS = dict(list=by_list, row=by_row, loader=by_loader)
print("{}", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    if question["way"] in OTHERS:
        OTHERS[question["way"]](question)
        print("{}", flush=True)
        continue
    wall, used = time.perf_counter(), cpu()
    times, last = [], wall
    for _ in WAYS[question["way"]](question["file"], question["rows"]):
        now = time.perf_counter()
        times.append(1000 * (now - last))
        last = now
    print(json.dumps(dict(seconds=time.perf_counter() - wall, cpuSeconds=cpu() - used, batches=times)), flush=True)
