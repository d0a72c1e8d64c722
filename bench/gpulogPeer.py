"""A log of gpustat text written, and read again as people do it: a compiled pattern a line, a dictionary a record.

{"write": PATH, "megabytes": N} repeats the 2018 log with times that go on; {"read": PATH} answers seconds, records, and the sum of
utilisation and memory.
"""
import datetime
import json
import os
import re
import sys
import time

settings = json.loads(sys.argv[1])
HEADER = re.compile(r"^(\S+)\s+\w{3}\s+(\w{3})\s+(\d+) (\d\d:\d\d:\d\d) (\d{4})")
MONTHS = {name: f"{at:02d}" for at, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
DEVICE = re.compile(
    r"^\[(\d+)\]\s*(.*?)\s*\|\s*(\d+)\S{0,2}C,\s*(\d+) %\s*\|\s*(\d+)\s*/\s*(\d+) MB\s*\|\s*(.*)$"
)
PROCESS = re.compile(r"(\S+?)\((\d+)M\)")


def write(path, megabytes):
    with open(settings["log"], encoding="utf-8") as log:
        lines = log.read().splitlines()
    devices = [line for line in lines if line.startswith("[")]
    now, written, at = datetime.datetime(2018, 10, 11), 0, 0
    with open(path, "w", encoding="utf-8") as out:
        while written < megabytes * 1e6:
            block = [f"ip-172-31-25-225  {now:%a %b %e %H:%M:%S %Y}", *devices[at : at + 8]]
            written += out.write("\n".join(block) + "\n")
            now, at = now + datetime.timedelta(seconds=1), (at + 8) % len(devices)
    return {"bytes": os.path.getsize(path)}


def read(path):
    began = time.perf_counter()
    records, moment, host = [], None, None
    with open(path, encoding="utf-8") as log:
        for line in log:
            found = DEVICE.match(line)
            if found:
                index, name, temperature, use, used, total, rest = found.groups()
                processes = [(user, int(memory)) for user, memory in PROCESS.findall(rest)]
                records.append(
                    dict(time=moment, host=host, index=int(index), name=name, temperature=int(temperature),
                         utilization=int(use), used=int(used), total=int(total), processes=processes)
                )
                continue
            found = HEADER.match(line)
            if found:
                host = found[1]
                moment = f"{found[5]}-{MONTHS[found[2]]}-{int(found[3]):02d}T{found[4]}"
    seconds = time.perf_counter() - began
    total = sum(record["utilization"] + record["used"] for record in records)
    return {"seconds": seconds, "records": len(records), "sum": total}


print("{}", flush=True)
for line in sys.stdin:
    question = json.loads(line)
    answer = write(question["write"], question["megabytes"]) if "write" in question else read(question["read"])
    print(json.dumps(answer), flush=True)
