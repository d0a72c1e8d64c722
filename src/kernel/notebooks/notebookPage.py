"""Pages of executed notebooks that are complete in themselves: no request leaves them.

    python notebookPage.py FOLDER NOTEBOOK...

Writes FOLDER/NAME.html of each notebook, and prints one JSON line:
[{name, title, text, image, html, cells, ran}]; text is the first paragraph, image the first picture (a data URI), or null.
"""
import base64
import glob
import hashlib
import json
import os
import pathlib
import re
import socket
import sys

import schemaFormats  # before nbformat
import nbformat
from nbconvert import HTMLExporter

from formulas import draw_formulas

HERE = pathlib.Path(__file__).resolve().parent
draw_formulas()

# A link to a notebook beside this one: a page leads to its page.
BESIDE = re.compile(r"\]\(([^()/\s]+)\.ipynb(#[^()\s]*)?\)")


def page_of(notebook, name, folder):
    """HTML of a notebook whose files, such as pictures in its text, lie relative to the folder."""
    # With their state, nbconvert would load widgets from the network instead of showing what stands for them.
    notebook = nbformat.from_dict({**notebook, "metadata": {k: v for k, v in notebook.metadata.items() if k != "widgets"}})
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BESIDE.sub(r"](\1.html\2)", cell.source)
    exporter = HTMLExporter(template_name="page", extra_template_basedirs=[str(HERE)], embed_images=True)
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": name, "path": str(folder)}})
    return page


def write_whole(path, text):
    """Under its name there is always a whole file."""
    host = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
    beside = path.with_name(f"{path.name}.{host}-{os.getpid()}.partial")
    for left in path.parent.glob(f"{glob.escape(path.name)}.{host}-*.partial"):
        pid = left.name.split("-")[-1].removesuffix(".partial")
        if pid.isdecimal() and not os.path.exists(f"/proc/{pid}"):
            left.unlink(missing_ok=True)  # of one that was killed
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def heading_of(notebook):
    """Title and first paragraph of the text cells."""
    lines = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown").split("\n")
    title = next((line.lstrip("# ").strip() for line in lines if line.startswith("#")), None)
    paragraphs = re.split(r"\n\s*\n", "\n".join(line for line in lines if not line.startswith("#")))
    text = next((p.strip() for p in paragraphs if p.strip() and not p.strip().startswith(("!", "|", "```", "-"))), "")
    return title, " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", text).split())


def image_of(notebook):
    """The first picture that an output holds."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" in data:
                return "data:image/svg+xml;base64," + base64.b64encode("".join(data["image/svg+xml"]).encode()).decode()
            if "image/png" in data:
                return "data:image/png;base64," + "".join(data["image/png"]).replace("\n", "")
    return None


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for source in map(pathlib.Path, sys.argv[2:]):
        notebook = nbformat.read(source, as_version=4)
        html = folder / f"{source.stem}.html"
        write_whole(html, page_of(notebook, source.stem, source.parent))
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        title, text = heading_of(notebook)
        ran = any(cell.get("outputs") for cell in code)
        shown.append({"name": source.stem, "title": title or source.stem, "text": text, "image": image_of(notebook), "html": str(html), "cells": len(code), "ran": ran})
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
