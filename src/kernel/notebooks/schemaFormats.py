"""Imported before what validates notebooks and settings: Jupyter's programs start in a quarter of the time.

jsonschema, which validates them, tells international addresses ("format": "iri") by a grammar of RFC 3987 that it builds with
each start, in more than a second of computing. No schema of Jupyter's asks for that format; without the grammar it is not checked.
"""
import sys

sys.modules.setdefault("rfc3987_syntax", None)
