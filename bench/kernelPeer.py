"""Drives a Jupyter kernel as a front end does, through jupyter_client, and measures it.

    python kernelPeer.py '{"folder": CWD}'

Prints "null" when ready. Each line of stdin is {name, prepare, line, completion, comm, cell, ct}: the kernel's name and its code
for each measurement; # in `cell` is its number, `ct` makes an array of 512 x 512 x 300 values and shows it in its second
part. Answers {start, trivial, later, lines, linesArrived, completion, comm, show, kept, idleCpu, megabytes}; times in ms.
"""
import json
import statistics
import sys
import time
from queue import Empty

import psutil
from jupyter_client.manager import KernelManager

FOLDER = json.loads(sys.argv[1])["folder"]
LINES = 20_000
CELLS = 250


def milliseconds(since):
    return (time.perf_counter() - since) * 1000


class Front:
    def __init__(self, name):
        self.manager = KernelManager(kernel_name=name)
        began = time.perf_counter()
        self.manager.start_kernel(cwd=FOLDER)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.run("1 + 1")
        self.start = milliseconds(began)

    def run(self, code, seconds=60):
        """Published contents until idle, without the status messages; None at the end where idle never came."""
        return self.published(self.client.execute(code), seconds)

    def published(self, request, seconds=60):
        found = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["content"].get("execution_state") == "idle":
                return found
            found.append(message)
        return found + [None]

    def timed(self, code, seconds=60):
        began = time.perf_counter()
        self.run(code, seconds)
        return milliseconds(began)

    def completion(self, code):
        began = time.perf_counter()
        request = self.client.complete(code, len(code))
        while self.client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != request:
            pass
        return milliseconds(began)

    def round_trip(self, comm_id):
        """A question to a comm until its answer, a slice of 512 x 512 bytes, is here."""
        message = self.client.session.msg("comm_msg", {"comm_id": comm_id, "data": {"slice": 7}})
        began = time.perf_counter()
        self.client.shell_channel.send(message)
        taken = None
        while True:
            answer = self.client.get_iopub_msg(timeout=60)
            if answer["msg_type"] == "comm_msg":
                assert len(answer["buffers"][0]) == 512 * 512
                taken = milliseconds(began)
            elif answer["content"].get("execution_state") == "idle" and answer["parent_header"].get("msg_id") == message["msg_id"] and taken is not None:
                return taken

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def measure(name, prepare, line, completion, comm, cell, ct):
    front = Front(name)
    try:
        front.run(prepare)
        front.run("2")
        trivial = statistics.median(front.timed(str(number)) for number in range(20))
        front.completion(completion)
        later = statistics.median([front.timed(cell.replace("#", str(number))) for number in range(CELLS)][-30:])
        completed = statistics.median(front.completion(completion) for _ in range(5))
        taken = None
        if comm is not None:
            opened = [message for message in front.run(comm) if message["msg_type"] == "comm_open"]
            comm_id = opened[0]["content"]["comm_id"]
            taken = statistics.median([front.round_trip(comm_id) for _ in range(30)][5:])
        process = psutil.Process(front.manager.provisioner.process.pid)
        time.sleep(3)  # V8 and Python come to rest: what they collect and compile after work is not idling
        before = sum(process.cpu_times()[:2])
        time.sleep(2)
        idle = (sum(process.cpu_times()[:2]) - before) / 2
        megabytes = process.memory_info().rss / 1e6
        show = kept = None
        if ct is not None:
            front.run(ct[0])
            before = process.memory_info().rss
            show = front.timed(ct[1])
            kept = (process.memory_info().rss - before) / 1e6
        began = time.perf_counter()
        messages = front.run(line, 5)
        ended = messages[-1:] != [None]
        lines = milliseconds(began) if ended else None
        arrived = sum(message["content"]["text"].count("\n") for message in messages if message is not None and message["msg_type"] == "stream")
        return {"start": front.start, "trivial": trivial, "later": later, "show": show, "kept": kept, "lines": lines, "linesArrived": arrived, "completion": completed, "comm": taken, "idleCpu": idle, "megabytes": megabytes}
    finally:
        front.stop()


print("null", flush=True)
for question in sys.stdin:
    print(json.dumps(measure(**json.loads(question))), flush=True)
