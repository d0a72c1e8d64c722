"""How JupyterLab keeps notebooks of voxlab's kernel: the state of their widgets lies where nbconvert does not look.

With a state that it finds, `jupyter nbconvert` of any environment would load widgets from the network instead of what stands
for them in the notebook, which needs nothing. JupyterLab itself gets the state back when it opens the notebook.
"""
import nbformat
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

KERNEL = "voxlab"


def moved(model, old, new):
    """The model of a notebook of ours, with a member of its metadata under another name."""
    content = model.get("content")
    if model.get("type") != "notebook" or not isinstance(content, dict):
        return model
    metadata = content.get("metadata", {})
    if old not in metadata or metadata.get("kernelspec", {}).get("name") != KERNEL:
        return model
    renamed = {new if name == old else name: value for name, value in metadata.items() if name != new}
    return {**model, "content": {**content, "metadata": renamed}}


class NotebookContents(AsyncLargeFileManager):
    async def get(self, *args, **kw):
        model = await super().get(*args, **kw)
        restored = moved(model, "voxlab-widgets", "widgets")
        if restored is not model:
            restored["content"] = nbformat.from_dict(restored["content"])
        return restored

    async def save(self, model, path=""):
        return await super().save(moved(model, "widgets", "voxlab-widgets"), path)
