"""JupyterLab, with the token that its starter writes to stdin: arguments and environment are read by others.

    python labServer.py ARGUMENTS_OF_JUPYTERLAB...
"""
import sys

from parentProcess import end_with_parent


def main():
    end_with_parent()
    token = sys.stdin.readline().strip()
    if not token:
        sys.exit("labServer.py: expected the token on stdin, received nothing")
    import schemaFormats  # before JupyterLab
    from jupyterlab.labapp import LabApp

    from formulas import draw_formulas

    draw_formulas()

    # Arguments of this call alone: the process' own stay as they are.
    return LabApp.launch_instance(argv=[*sys.argv[1:], f"--IdentityProvider.token={token}"])


sys.exit(main())
