"""Formulas of pages as MathML: a page loads nothing, so MathJax has no place in it.

While a page is made, text cells and outputs mark their formulas; when it is whole, one Node program draws them all.
"""
import html
import json
import os
import pathlib
import re
import subprocess

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / "dist" / "lib" / "formulasProgram.js"
MARKED = re.compile(r"<voxlab-formula( data-block=\"\")?>(.*?)</voxlab-formula>", re.S)
# Fonts of formulas, where the reader's machine has one.
STYLE = "<style>math { font-family: 'Cambria Math', 'STIX Two Math', 'Latin Modern Math', math; } math.tml-display { display: block; width: 100%; overflow-x: auto; } mtd.tml-left { text-align: left; } mtd.tml-right { text-align: right; } .tml-jot mtd { padding-top: 0.12em; padding-bottom: 0.12em; }</style>"


def marked(tex, block):
    kind = ' data-block=""' if block else ""
    return f"<voxlab-formula{kind}>{html.escape(tex, quote=False)}</voxlab-formula>"


def environment(_, name, body):
    return marked(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)


def drawn(page):
    """The page with its formulas drawn; one without any stays as it is."""
    found = [(bool(block), html.unescape(tex)) for block, tex in MARKED.findall(page)]
    if not found:
        return page
    asked = []
    for block, tex in found:
        bare = tex.strip()
        dollars = 2 if bare.startswith("$$") and bare.endswith("$$") and len(bare) > 4 else 1 if bare.startswith("$") and bare.endswith("$") and len(bare) > 2 else 0
        asked.append({"tex": bare[dollars : len(bare) - dollars], "isBlock": block})
    made = subprocess.run([os.environ["VOXLAB_NODE"], str(PROGRAM)], input=json.dumps(asked), capture_output=True, text=True, check=True)
    markup = iter(json.loads(made.stdout))
    return MARKED.sub(lambda _: next(markup), page).replace("</head>", f"{STYLE}</head>", 1)


def draw_formulas():
    """From now on nbconvert's pages have MathML; for the whole process, since JupyterLab makes its exporters itself."""
    IPythonRenderer.inline_math = lambda _, body: marked(body, False) if body == body.strip() else f"${html.escape(body, quote=False)}$"  # "$5 or $6"
    IPythonRenderer.block_math = lambda _, body: marked(body, True)
    IPythonRenderer.latex_environment = environment
    make = HTMLExporter.from_notebook_node

    def from_notebook_node(self, *args, **kw):
        page, resources = make(self, *args, **kw)
        return drawn(page), resources

    HTMLExporter.from_notebook_node = from_notebook_node
