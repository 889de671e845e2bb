"""EPUB 3 of a document as the reading room has it: one file a part below the title, with contents, numbers and rights.

A zip of XHTML, written here: the libraries there are either have a licence that ours cannot take on, or write the time
of the day into the file. The same release gives the same bytes.
"""

from __future__ import annotations

import io
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pyoxigraph import NamedNode

from initiative_lod.formats import MediaType
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.pages.reading_lines import glue
from initiative_lod.web.pages.reading_room import Reading
from initiative_lod.web.pages.view import View

EPUB = MediaType("application/epub+zip", "epub", "EPUB", charset=False)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can tell
_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_STYLE = (
    "body { line-height: 1.6; } h1 span, h2 span, h3 span, h4 span { display: block; } sup { font-size: .7em; }\n"
    "p { margin: 0 0 .4em; white-space: pre-line; } p + p[class=second] { font-size: .9em; color: #555; }\n"
    ".quiet { font-size: .85em; } ol { list-style: none; }\n"
)
_OPF, _DC = "http://www.idpf.org/2007/opf", "http://purl.org/dc/elements/1.1/"


def epub(pages: Pages, view: View, read: Reading, document: NamedNode) -> bytes:
    """The file."""
    licence = view.opened.license

    def page(part: str, **values: object) -> str:
        return pages.fragment(
            "epub.html", view, part=part, release=view.opened.release, read=read, glue=glue, licence=licence, **values
        )

    chapters = [(f"part-{number}.xhtml", item) for number, item in enumerate(read.passages, 1)]
    files = {
        "title.xhtml": page("title"),
        "nav.xhtml": page("nav", chapters=chapters),
        **{file: page("chapter", chapter=passage) for file, passage in chapters},
    }
    made = io.BytesIO()
    with ZipFile(made, "w") as book:
        _put(book, "mimetype", EPUB.name, ZIP_STORED)  # first, and as it is (EPUB 3.3 §4.2)
        _put(book, "META-INF/container.xml", _CONTAINER)
        _put(book, "book/package.opf", _package(view, read, document, licence, list(files)))
        _put(book, "book/style.css", _STYLE)
        for file, content in files.items():
            _put(book, f"book/{file}", content)
    return made.getvalue()


def _put(book: ZipFile, path: str, content: str, how: int = ZIP_DEFLATED) -> None:
    entry = ZipInfo(path, _LONG_AGO)
    entry.compress_type = how
    entry.external_attr = 0o644 << 16
    book.writestr(entry, content.encode())


def _package(view: View, read: Reading, document: NamedNode, licence: str | None, files: list[str]) -> str:
    """The package document: what the book is, its files, and their order."""
    release = view.opened.release
    package = Element(
        "package", {"xmlns": _OPF, "version": "3.0", "unique-identifier": "id", "xml:lang": view.language}
    )
    about = SubElement(package, "metadata", {"xmlns:dc": _DC})

    def tell(name: str, value: str, **attributes: str) -> None:
        SubElement(about, name, attributes).text = value

    tell("dc:identifier", f"{document.value}#release-{release.version}", id="id")
    for label in read.labels or [read.thing.label]:
        tell("dc:title", label.value)
    for language in read.languages or ["und"]:
        tell("dc:language", language)
    tell("dc:source", document.value)
    if licence:
        tell("dc:rights", licence)
    tell("meta", f"{release.modified[:10]}T00:00:00Z", property="dcterms:modified")
    manifest = SubElement(package, "manifest")
    SubElement(manifest, "item", {"id": "style", "href": "style.css", "media-type": "text/css"})
    spine = SubElement(package, "spine")
    for file in files:
        item = {"id": file.partition(".")[0], "href": file, "media-type": "application/xhtml+xml"}
        SubElement(manifest, "item", item | ({"properties": "nav"} if file == "nav.xhtml" else {}))
        SubElement(spine, "itemref", {"idref": item["id"]})
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(package, encoding="unicode") + "\n"
