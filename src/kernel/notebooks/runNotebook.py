"""Runs one notebook in a real kernel process over Jupyter's protocol and writes the executed copy and its HTML.

    python runNotebook.py NOTEBOOK FOLDER EXECUTED_COPY SECONDS_PER_CELL

FOLDER is where the kernel starts; the page lies beside the copy.

Prints one JSON line: {seconds, cells, notebook, html, error: null | {cell, code, ename, evalue, traceback}}.
"""
import asyncio
import json
import pathlib
import re
import signal
import sys
import threading
import time

import schemaFormats  # before nbformat
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from notebookPage import page_of, write_whole
from parentProcess import end_with_parent

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Stopped(BaseException):
    """This program was told to end."""


def failed_cell(notebook):
    """Number (from 1, code cells alone) and output of the first cell with an error output."""
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code_cells, start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                traceback = ANSI.sub("", "\n".join(output.traceback))
                return {"cell": number, "code": cell.source, "ename": output.ename, "evalue": output.evalue, "traceback": traceback}
    return None


def execute(notebook, folder, seconds):
    """Executes in place; returns what went wrong, or None."""
    running = {"cell": 0, "code": ""}
    numbers = {index: number for number, index in enumerate((i for i, c in enumerate(notebook.cells) if c.cell_type == "code"), start=1)}

    def entered(cell, cell_index):
        running.update(cell=numbers.get(cell_index, 0), code=cell.source)

    client = NotebookClient(
        notebook,
        kernel_name="voxlab",
        timeout=seconds,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=entered,
        store_widget_state=False,  # the page would load widgets from the network instead of showing their pictures
    )
    try:
        run(client)
    except CellExecutionError as error:
        return failed_cell(notebook) or {**running, "ename": error.ename, "evalue": error.evalue, "traceback": ANSI.sub("", str(error))}
    except CellTimeoutError:
        return {**running, "ename": "Timeout", "evalue": f"the cell took more than {seconds} s", "traceback": ""}
    except DeadKernelError:
        return {**running, "ename": "DeadKernel", "evalue": "the kernel's process ended while the cell ran", "traceback": ""}
    return failed_cell(notebook)


def run(client):
    """In a thread of its own: in the main one nbclient takes SIGTERM for itself, and ends the kernel as if its cell had failed."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    try:
        asyncio.run_coroutine_threadsafe(client.async_execute(), loop).result()
    except Stopped:
        client.shutdown_kernel = "immediate"
        asyncio.run_coroutine_threadsafe(cancel_all(), loop).result()
        raise


async def cancel_all():
    """Everything else of the loop, and waits for its end: that of the kernel."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def main():
    source, folder, executed = (pathlib.Path(word) for word in sys.argv[1:4])
    seconds = int(sys.argv[4])
    signal.signal(signal.SIGTERM, stop)
    end_with_parent()
    notebook = nbformat.read(source, as_version=4)
    notebook.metadata.pop("widgets", None)
    started = time.monotonic()
    error = execute(notebook, folder, seconds)
    taken = time.monotonic() - started
    executed.parent.mkdir(parents=True, exist_ok=True)
    html = executed.with_suffix(".html")
    page = page_of(notebook, executed.stem, folder)
    write_whole(executed, nbformat.writes(notebook).rstrip("\n") + "\n")
    write_whole(html, page)
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    print(json.dumps({"seconds": round(taken, 1), "cells": cells, "notebook": str(executed), "html": str(html), "error": error}))


try:
    main()
except Stopped:
    sys.exit("stopped")
