"""papermill, with parameters for TypeScript: it knows none, and takes languages from Python code alone.

    python typescriptPapermill.py IN.ipynb OUT.ipynb -p EPOCHS 3 ...

Its arguments are papermill's. Python programs of yours import this file and call papermill.execute_notebook() as ever.
"""
import json
import re

import schemaFormats  # before papermill
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# let EPOCHS: number = 3; // how often
DECLARED = re.compile(r"^(?:let|const|var)\s+([\w$]+)\s*(?::\s*([^=]+?))?\s*=\s*(.*?)\s*;?\s*(?://\s*(.*))?$", re.M)


class TypeScriptTranslator(Translator):
    @classmethod
    def translate(cls, val):
        return json.dumps(val)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def assign(cls, name, str_val):
        return f"var {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        found = DECLARED.findall(parameters_cell["source"])
        return [Parameter(name, kind or "None", default, said) for name, kind, default, said in found]


papermill_translators.register("typescript", TypeScriptTranslator)

if __name__ == "__main__":
    from papermill.cli import papermill

    papermill()
