"""LUNA16's score by Python: the plain program of test/fixtures/scores, or with the loops of the official one.

A question {way: plain or official, annotations, excluded, seriesUids, submission} is answered by {seconds, cpm}. The official program
goes through each whole table for each series, joins a bootstrap sample's arrays scan by scan, and looks at each entry by a Python
loop; what it prints, writes and draws is left out here.
"""
import csv
import json
import os
import sys
import time

import numpy as np
from sklearn.metrics import roc_curve

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "fixtures", "scores"))
import froc


def rows_of_series(file, series, *columns):
    with open(file, newline="", encoding="utf-8-sig") as f:
        header, *table = list(csv.reader(f))
    places = [header.index(name) for name in ("coordX", "coordY", "coordZ", *columns)]
    rows = {}
    for uid in series:
        rows[uid] = [[float(row[place]) for place in places] for row in table if row[header.index("seriesuid")] == uid]
    return rows


def official_curve(joined, scans):
    """The curve of (is a nodule, score, missed) x entries; these are looked at one by one."""
    seen, score = [], []
    for i in range(joined.shape[1]):
        if joined[2, i] == 0:
            seen.append(joined[0, i])
            score.append(joined[1, i])
    found, total = sum(seen), sum(joined[0])
    fpr, tpr, thresholds = roc_curve(seen, score)
    return fpr * (len(seen) - found) / scans, tpr * found / total


def by_scan(entries):
    """Each scan's entries as an array that grows entry by entry."""
    scans = []
    for scan in entries:
        grown = np.zeros((3, 0))
        for entry in scan:
            grown = np.concatenate((grown, np.array([entry], dtype=float).T), axis=1)
        scans.append(grown)
    return scans


def official_bands(scans):
    """A sample's entries are joined scan by scan, as an array that grows."""
    grid = np.linspace(froc.RATES[0], froc.RATES[-1], 10000)
    on_grid = np.zeros((1000, len(grid)))
    for sample in range(1000):
        joined = np.zeros((3, 0))
        for scan in np.random.randint(len(scans), size=len(scans)):
            if scans[scan].shape[1] > 0:
                joined = np.concatenate((joined, scans[scan]), axis=1)
        on_grid[sample] = np.interp(grid, *official_curve(joined, len(scans)))
    bands = []
    for i in range(len(grid)):
        ordered = np.sort(on_grid[:, i])
        bands.append((np.average(ordered), ordered[25], ordered[975]))
    return bands


def official(annotations, excluded, series_uids, submission):
    with open(series_uids, newline="", encoding="utf-8-sig") as f:
        series = [row[0] for row in csv.reader(f) if row]
    nodules = rows_of_series(annotations, series, "diameter_mm")
    ignored = rows_of_series(excluded, series, "diameter_mm")
    marks = rows_of_series(submission, series, "probability")
    scans = by_scan([froc.entries_of(froc.best(marks[uid]), nodules[uid], ignored[uid]) for uid in series])
    rates, sensitivities = official_curve(np.concatenate(scans, axis=1), len(series))
    official_bands(scans)
    return dict(cpm=float(np.mean(np.interp(froc.RATES, rates, sensitivities))))


WAYS = dict(plain=froc.evaluate, official=official)
print("{}", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    files = [question[name] for name in ("annotations", "excluded", "seriesUids", "submission")]
    began = time.perf_counter()
    found = WAYS[question["way"]](*files)
    print(json.dumps(dict(seconds=time.perf_counter() - began, cpm=found["cpm"])), flush=True)
