"""Typst, in a process of its own: ``python -m initiative_lod.web.pages.typesetting`` makes a PDF of what it reads.

What Typst has no place for in a file's metadata (XMP) is added to its PDF: identifier, rights, languages.
"""

from __future__ import annotations

import io
import json
import sys
from importlib import resources

from initiative_lod.web import drawing_process
from initiative_lod.web.drawings import packaged_font

MEMORY_BYTES = 2 << 30  # four times what a document of three thousand parts takes
SECONDS = 60  # more than the longest document takes, tens of thousands of lines
_TEMPLATE = resources.files("initiative_lod.web.pages") / "reading.typ"


def typeset(data: str) -> bytes:
    """The PDF of what ``reading.typ`` is given as JSON. Raises InitiativeLodError when the process fails."""
    return drawing_process.run(__name__, data=data, seconds=SECONDS)


def main() -> None:
    """Write the PDF of the JSON that is read. Typst sees the font and the folder of the template, nothing else."""
    import typst  # here, and in this process alone: a server would hold it in memory for nothing

    drawing_process.confine(SECONDS, MEMORY_BYTES)
    with resources.as_file(_TEMPLATE) as template, resources.as_file(packaged_font.FONT) as font:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font.parent])
        data = sys.stdin.buffer.read().decode()
        inputs = {"read": data}
        made = typst.compile(template, root=template.parent, font_paths=fonts, sys_inputs=inputs, format="pdf")
    metadata = json.loads(data)["metadata"]
    sys.stdout.buffer.write(described(made, metadata["identifier"], metadata["rights"], metadata["languages"]))


def described(book: bytes, identifier: str, rights: dict[str, str], languages: list[str]) -> bytes:
    """The PDF with these in its metadata; all else in it stays byte for byte."""
    from pypdf import PdfWriter

    writer = PdfWriter(io.BytesIO(book), incremental=True)
    told = writer.xmp_metadata
    assert told is not None
    told.dc_identifier, told.dc_rights, told.dc_language = identifier, rights, languages
    writer.xmp_metadata = told
    # An update names the older dictionary of title and dates, which readers still go by, only if that changes as well.
    writer.add_metadata({"/Subject": identifier})
    with io.BytesIO() as file:
        writer.write(file)
        return file.getvalue()


if __name__ == "__main__":
    main()
