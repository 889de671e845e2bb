"""Typst in a process of its own: what it remembers of documents, hundreds of megabytes of a long one, ends with it."""

from __future__ import annotations

import logging
import resource
import subprocess
import sys
from importlib import resources

import typst

from initiative_lod.errors import InitiativeLodError
from initiative_lod.web.drawings import packaged_font

MEMORY_BYTES = 2 << 30  # four times what a document of three thousand parts takes
SECONDS = 60  # more than the longest document takes, tens of thousands of lines
_TEMPLATE = resources.files("initiative_lod.web.pages") / "reading.typ"

log = logging.getLogger(__name__)


def typeset(data: str) -> bytes:
    """The PDF of what ``reading.typ`` is given as JSON. Raises InitiativeLodError when the process fails."""
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(command, input=data.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise InitiativeLodError(f"the PDF was not made in {SECONDS} s") from error
    if done.returncode or not done.stdout:
        log.error("the process that makes PDFs said: %s", done.stderr.decode(errors="replace").strip())
        raise InitiativeLodError(
            f"the PDF could not be made: its process ended with status {done.returncode}, and the log has what it said"
        )
    return done.stdout


def main() -> None:
    """Write the PDF of the JSON that is read. Typst sees the font and the folder of the template, nothing else."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # it does not outlive its server for long
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    with resources.as_file(_TEMPLATE) as template, resources.as_file(packaged_font.FONT) as font:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font.parent])
        inputs = {"read": sys.stdin.buffer.read().decode()}
        made = typst.compile(template, root=template.parent, font_paths=fonts, sys_inputs=inputs, format="pdf")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
