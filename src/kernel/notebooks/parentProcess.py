"""Ends a Python program with the process of voxlab that started it: the counterpart of src/parentProcess.ts.

    python parentProcess.py PROGRAM.py ARGUMENTS...     runs another program so
"""
import os
import runpy
import signal
import sys
import threading
import time

LOOK_EVERY_SECONDS = 0.5
GRACE_SECONDS = 30


def end_with_parent():
    """As SIGTERM does, and hard when that takes too long. The variable is taken out: a kernel has a parent of its own."""
    parent = os.environ.pop("VOXLAB_PARENT", None)
    if parent is not None:
        threading.Thread(target=_watch, args=(int(parent),), daemon=True).start()


def _watch(parent):
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    end_with_parent()
    del sys.argv[0]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
