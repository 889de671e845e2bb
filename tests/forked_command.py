"""The command ``initiative-lod`` as a program of a fork server, which has imported all that commands import.

``command_at_hand`` has it started; nobody else imports this.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import traceback
from importlib import import_module
from pkgutil import walk_packages

import initiative_lod
from initiative_lod import cli

#: Libraries that commands import in functions of theirs.
LATER = ("babel.support", "duckdb", "httpx", "jinja2", "lxml.etree", "pyshacl", "rdflib", "uvicorn")

for name in (*(item.name for item in walk_packages(initiative_lod.__path__, "initiative_lod.")), *LATER):
    if not name.endswith("__main__"):  # which would run it
        import_module(name)


def main() -> None:
    """Be the command, in the folder, with the environment and the arguments that are given in JSON."""
    folder, environment, arguments = json.loads(sys.argv[1])
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = ["initiative-lod", *arguments]
    status = 0
    try:
        cli.main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
