"""Random rows of a patch file by h5py, and by PyTorch's DataLoader over h5py; also drops a file from the page cache.

A request {way, file, rows} is answered by {seconds, cpuSeconds, batches: [ms of each batch]}.
"""
import json
import os
import resource
import sys
import time

import h5py
import numpy as np

settings = json.loads(sys.argv[1])
BATCH = settings["batch"]


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
    import torch

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


WAYS = dict(list=by_list, row=by_row, loader=by_loader)
print("{}", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    if question["way"] == "drop":
        fd = os.open(question["file"], os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)
        print("{}", flush=True)
        continue
    wall, used = time.perf_counter(), cpu()
    times, last = [], wall
    for _ in WAYS[question["way"]](question["file"], question["rows"]):
        now = time.perf_counter()
        times.append(1000 * (now - last))
        last = now
    print(json.dumps(dict(seconds=time.perf_counter() - wall, cpuSeconds=cpu() - used, batches=times)), flush=True)
