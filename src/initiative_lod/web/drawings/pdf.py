"""PDF 1.7 (ISO 32000-1): pages of text in the font of the package, with links, bookmarks, a structure, and metadata.

Written here, as the EPUB is: WeasyPrint needs Pango on the server, fpdf2 takes seconds for a font of this size. The
letters that are used travel in the file; the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from initiative_lod.web.drawings.open_type import Font

WIDTH, HEIGHT = 595.28, 841.89  # A4, in points
_NAME = "ABCDEF+NotoSansCJKsc-Regular"  # a subset says so by six letters
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:identifier>{identifier}</dc:identifier>
<dc:language><rdf:Bag>{languages}</rdf:Bag></dc:language>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>
<xmpRights:WebStatement>{rights}</xmpRights:WebStatement>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class TextRun:
    """Words of one size and colour in a line; ``rise`` is how much above it they stand."""

    text: str
    size: float
    colour: str = "#000000"
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class About:
    """Metadata of a file; ``modified`` is a date as in 2026-11-29."""

    title: str
    identifier: str
    language: str
    languages: Sequence[str]
    rights: str
    modified: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: a title with its level, from 0, and its place."""

    title: str
    level: int
    page: int
    y: float


@dataclass(slots=True)
class _Block:
    """An element of the structure: its kind, its language, and the marked pieces that it consists of."""

    kind: str
    language: str
    pieces: list[tuple[int, int]] = field(default_factory=list)  # page, and number of the piece there


@dataclass(slots=True)
class _Page:
    content: list[str] = field(default_factory=list)
    links: list[tuple[tuple[float, float, float, float], str | tuple[int, float]]] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)  # by number of a piece, the block that it is of


class Pdf:
    """A file that is being written. Places are in points from the lower left corner."""

    def __init__(self, font: Font, about: About) -> None:
        self.font, self.about = font, about
        self.bookmarks: list[Bookmark] = []
        self._pages: list[_Page] = []
        self._blocks: list[_Block] = []
        self._used: dict[int, str] = {}

    @property
    def pages(self) -> int:
        """Number of pages."""
        return len(self._pages)

    def page(self) -> None:
        """Begin a page."""
        self._pages.append(_Page())

    def block(self, kind: str, language: str = "") -> int:
        """Begin an element of the structure: ``P``, ``H1`` and so on. It may go on on the next page."""
        self._blocks.append(_Block(kind, language))
        return len(self._blocks) - 1

    def text(
        self, x: float, y: float, spans: Sequence[TextRun], block: int | None = None, page: int | None = None
    ) -> None:
        """Draw a line of words on the last page, or on ``page``; without a block they are no part of the document."""
        number = len(self._pages) - 1 if page is None else page
        drawn = self._pages[number]
        if block is None:
            drawn.content.append("/Artifact BMC")
        else:
            drawn.content.append(f"/{self._blocks[block].kind} <</MCID {len(drawn.blocks)}>> BDC")
            self._blocks[block].pieces.append((number, len(drawn.blocks)))
            drawn.blocks.append(block)
        drawn.content.append(f"BT 1 0 0 1 {x:.2f} {y:.2f} Tm")
        for span in spans:
            red, green, blue = (int(span.colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
            glyphs = [(self.font.glyphs[letter], letter) for letter in span.text if letter in self.font.glyphs]
            self._used.update(glyphs)
            codes = "".join(f"{self.font.cids[glyph]:04X}" for glyph, _ in glyphs)
            drawn.content.append(
                f"{red:.3f} {green:.3f} {blue:.3f} rg /F {span.size:g} Tf {span.rise:g} Ts <{codes}> Tj"
            )
        drawn.content.append("ET EMC")

    def link(
        self, box: tuple[float, float, float, float], target: str | tuple[int, float], page: int | None = None
    ) -> None:
        """Make a rectangle of the last page, or of ``page``, lead to an address, or to a page's height."""
        self._pages[-1 if page is None else page].links.append((box, target))

    def written(self) -> bytes:
        """The file."""
        return _File(self).written()


class _File:
    """The objects of a file, by number."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._objects: list[bytes] = []

    def written(self) -> bytes:
        pdf = self._pdf
        catalog, tree, root = self._reserve(), self._reserve(), self._reserve()
        font, outline = self._font(), self._reserve()
        pages = [self._reserve() for _ in pdf._pages]
        for number, page in enumerate(pdf._pages):
            self._page(page, number, pages, tree, font)
        self._set(tree, f"<</Type/Pages/Count {len(pages)}/Kids[{_references(pages)}]>>")
        self._structure(root, pages)
        self._outline(outline, pages)
        about = pdf.about
        metadata = self._stream(self._metadata(), "/Type/Metadata/Subtype/XML", compress=False)
        date = about.modified[:10].replace("-", "")
        info = self._add(f"<</Title {_text(about.title)}/CreationDate(D:{date}000000Z)/ModDate(D:{date}000000Z)>>")
        self._set(
            catalog,
            f"<</Type/Catalog/Pages {tree} 0 R/Outlines {outline} 0 R/PageMode/UseOutlines/StructTreeRoot {root} 0 R"
            f"/MarkInfo<</Marked true>>/Lang {_text(about.language)}/Metadata {metadata} 0 R"
            "/ViewerPreferences<</DisplayDocTitle true>>>>",
        )
        return self._joined(catalog, info)

    # Objects

    def _reserve(self) -> int:
        self._objects.append(b"")
        return len(self._objects)

    def _set(self, number: int, content: str | bytes) -> None:
        self._objects[number - 1] = content.encode("ascii") if isinstance(content, str) else content

    def _add(self, content: str | bytes) -> int:
        number = self._reserve()
        self._set(number, content)
        return number

    def _stream(self, content: bytes, entries: str = "", compress: bool = True) -> int:
        body = zlib.compress(content, 9) if compress else content
        how = "/Filter/FlateDecode" if compress else ""
        return self._add(f"<<{entries}{how}/Length {len(body)}>>stream\n".encode() + body + b"\nendstream")

    def _joined(self, catalog: int, info: int) -> bytes:
        made = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, content in enumerate(self._objects, 1):
            places.append(len(made))
            made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
        start, count = len(made), len(places) + 1
        made += b"xref\n0 %d\n0000000000 65535 f \n" % count
        made += b"".join(b"%010d 00000 n \n" % place for place in places)
        name = hashlib.sha256(made).hexdigest()[:32]
        made += (
            f"trailer\n<</Size {count}/Root {catalog} 0 R/Info {info} 0 R/ID[<{name}><{name}>]>>\n"
            f"startxref\n{start}\n%%EOF\n"
        ).encode()
        return bytes(made)

    # What they are

    def _page(self, page: _Page, number: int, pages: Sequence[int], tree: int, font: int) -> None:
        content = self._stream("\n".join(page.content).encode("ascii"))
        notes = []
        for box, target in page.links:
            if isinstance(target, str):
                leads = f"/A<</S/URI/URI {_bytes(target)}>>"
            else:
                leads = f"/Dest[{pages[target[0]]} 0 R/XYZ null {target[1]:.1f} null]"
            place = " ".join(f"{item:.1f}" for item in box)
            notes.append(self._add(f"<</Type/Annot/Subtype/Link/Rect[{place}]/Border[0 0 0]{leads}>>"))
        self._set(
            pages[number],
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {content} 0 R"
            f"/Resources<</Font<</F {font} 0 R>>>>/Annots[{_references(notes)}]/StructParents {number}/Tabs/S>>",
        )

    def _structure(self, root: int, pages: Sequence[int]) -> None:
        """The structure: a document of headings and paragraphs, each with its language and its pieces."""
        whole = self._reserve()
        found = []
        for block in self._pdf._blocks:
            pieces = "".join(f"<</Type/MCR/Pg {pages[page]} 0 R/MCID {piece}>>" for page, piece in block.pieces)
            language = f"/Lang {_text(block.language)}" if block.language else ""
            found.append(self._add(f"<</Type/StructElem/S/{block.kind}/P {whole} 0 R{language}/K[{pieces}]>>"))
        self._set(whole, f"<</Type/StructElem/S/Document/P {root} 0 R/K[{_references(found)}]>>")
        by_page = "".join(
            f"{number}[{_references([found[block] for block in page.blocks])}]"
            for number, page in enumerate(self._pdf._pages)
        )
        self._set(
            root,
            f"<</Type/StructTreeRoot/K {whole} 0 R/ParentTree<</Nums[{by_page}]>>/ParentTreeNextKey {len(pages)}>>",
        )

    def _outline(self, root: int, pages: Sequence[int]) -> None:
        """The bookmarks, as a tree by their levels."""
        marks = self._pdf.bookmarks
        numbers = [self._reserve() for _ in marks]
        below: dict[int, list[int]] = {-1: []}
        trail: list[int] = []
        parents = []
        for place, mark in enumerate(marks):
            del trail[mark.level :]
            parents.append(trail[-1] if trail else -1)
            below.setdefault(parents[-1], []).append(place)
            trail.append(place)
        for place, mark in enumerate(marks):
            beside = below[parents[place]]
            at = beside.index(place)
            entries = (
                f"/Title {_text(mark.title)}/Parent {numbers[parents[place]] if parents[place] >= 0 else root} 0 R"
            )
            entries += f"/Dest[{pages[mark.page]} 0 R/XYZ null {mark.y:.1f} null]"
            entries += f"/Prev {numbers[beside[at - 1]]} 0 R" if at else ""
            entries += f"/Next {numbers[beside[at + 1]]} 0 R" if at + 1 < len(beside) else ""
            if place in below:
                first, last = below[place][0], below[place][-1]
                entries += f"/First {numbers[first]} 0 R/Last {numbers[last]} 0 R/Count -{len(below[place])}"
            self._set(numbers[place], f"<<{entries}>>")
        top = below[-1]
        ends = f"/First {numbers[top[0]]} 0 R/Last {numbers[top[-1]]} 0 R" if top else ""
        self._set(root, f"<</Type/Outlines{ends}/Count {len(top)}>>")

    def _font(self) -> int:
        """The font: its outlines as far as they are used, the widths, and which letter each glyph is."""
        font, used = self._pdf.font, self._pdf._used
        outlines = self._stream(font.used(used.keys()), "/Subtype/CIDFontType0C")
        box = " ".join(map(str, font.box))
        descriptor = self._add(
            f"<</Type/FontDescriptor/FontName/{_NAME}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {font.ascent}"
            f"/Descent {font.descent}/CapHeight {font.ascent}/StemV 80/FontFile3 {outlines} 0 R>>"
        )
        widths = "".join(f"{font.cids[glyph]}[{font.widths[glyph]}]" for glyph in sorted(used))
        descendant = self._add(
            f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{_NAME}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            f"/Supplement 0>>/FontDescriptor {descriptor} 0 R/DW 1000/W[{widths}]>>"
        )
        letters = sorted((font.cids[glyph], letter) for glyph, letter in used.items())
        lines = [f"<{cid:04X}> <{letter.encode('utf-16-be').hex()}>" for cid, letter in letters]
        parts = [lines[at : at + 100] for at in range(0, len(lines), 100)]
        told = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
        unicode = self._stream(
            (
                "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) "
                "/Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{told}\nendcmap\n"
                "CMapName currentdict /CMap defineresource pop\nend\nend\n"
            ).encode("ascii")
        )
        return self._add(
            f"<</Type/Font/Subtype/Type0/BaseFont/{_NAME}-Identity-H/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {unicode} 0 R>>"
        )

    def _metadata(self) -> bytes:
        about = self._pdf.about
        return _XMP.format(
            title=escape(about.title),
            identifier=escape(about.identifier),
            languages="".join(f"<rdf:li>{escape(item)}</rdf:li>" for item in about.languages),
            rights=escape(about.rights),
        ).encode()


def _references(numbers: Sequence[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


def _text(words: str) -> str:
    """A text string (§7.9.2.2)."""
    return f"<FEFF{words.encode('utf-16-be', 'replace').hex().upper()}>"


def _bytes(words: str) -> str:
    return f"<{words.encode().hex().upper()}>"
