"""Citation of a thing, as a value, and that value in APA, GB/T 7714, BibTeX, RIS and CSL-JSON.

All of it comes from the release. Who issued a document and when is taken where it is attested, else left out. There is
no date of access, which is for what changes: what is cited is a release, which never does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from initiative_lod.documents.resource import graph_of
from initiative_lod.formats import MediaType
from initiative_lod.iris import Iris
from initiative_lod.literals import calendar_date
from initiative_lod.locale.messages import Language
from initiative_lod.vocabulary import DCTERMS, DOCUMENTS, ELI, FOAF, OWL, PARTS
from initiative_lod.web.pages.view import View

PLAIN = MediaType("text/plain", "txt", "APA")
BIBTEX = MediaType("application/x-bibtex", "bib", "BibTeX")
CSL_JSON = MediaType("application/vnd.citationstyles.csl+json", "csl.json", "CSL-JSON", charset=False)
GB_T = MediaType("text/plain", "gbt.txt", "GB/T 7714")
RIS = MediaType("application/x-research-info-systems", "ris", "RIS")
#: The styles by the name that ``/cite?style=`` takes; the first one unless asked otherwise.
STYLES = {"apa": PLAIN, "gbt": GB_T, "bibtex": BIBTEX, "ris": RIS, "csl": CSL_JSON}

CITED_PARTS = frozenset((*PARTS, "Condition", "Principle", "Community"))
DEEPEST = 8  # levels from a part up to its document


@dataclass(frozen=True, slots=True)
class Citation:
    """Citation as values. ``kind`` is a CSL type; ``issued`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, or empty.

    ``release`` is that of the data where the work has a version of its own, or none.

    ``title`` is in the work's own language where that is known; ``rendered`` is the reader's, where it is another.
    """

    kind: str
    key: str
    title: str
    url: str
    rendered: str = ""
    container: str = ""
    container_rendered: str = ""
    authors: tuple[str, ...] = ()
    issued: str = ""
    version: str = ""
    publisher: str = ""
    language: str = ""
    genre: str = ""
    release: str = ""


def citation(view: View, resource: NamedNode) -> Citation:
    """Citation of ``resource``, for a reader of the view's language."""
    return replace(_cited(view, resource), release=view.opened.name)


def key_of(iris: Iris, resource: NamedNode) -> str:
    """The key under which a reference manager lists a thing's citation, also the name of the file."""
    path = iris.path(resource.value) or ""
    return re.sub(r"[^a-z0-9]+", "-", (path.removeprefix("id/") or resource.value).lower()).strip("-")


def _cited(view: View, resource: NamedNode) -> Citation:
    iris = view.iris
    dataset = iris.thing("dataset")
    path = iris.path(resource.value) or ""
    project = _names(view, dataset, DCTERMS.creator) or _names(view, dataset, DCTERMS.publisher)
    key = key_of(iris, resource)
    kinds = set(view.kinds(resource))
    title = _label(view, resource, view.language)
    # Of a document's parts, and of the document, the one who issued it is the author.
    work = _work(view, resource) if kinds & (CITED_PARTS | {*DOCUMENTS, "Text"}) else None
    if work is not None:
        original = _original_language(view, work) if "Text" not in kinds else view.language
        own, name = _label(view, resource, original), _label(view, work, original)
        part = work != resource and "Text" not in kinds
        shown, whole = _label(view, resource, view.language), _label(view, work, view.language)
        return Citation(
            "chapter" if part else "document",
            key,
            own,
            resource.value,
            shown if shown != own else "",
            name if part else "",
            whole if part and whole != name else "",
            _names(view, work, DCTERMS.publisher) or _names(view, work, DCTERMS.creator),
            _date(view, work),
            publisher=", ".join(project),
            language=original,
        )
    cited = Citation("entry", key, title, resource.value, authors=project, language=view.language)
    if path in ("ontology", "shapes") or path.startswith("ontology/"):
        found = iris.thing("ontology")
        version = view.text(found, OWL.versionInfo)
        authors = _names(view, found, DCTERMS.creator) or project
        issued = _date(view, found) or _date(view, dataset)
        label = version.value if version else ""
        return replace(cited, kind="document", authors=authors, issued=issued, version=label)
    cited = replace(cited, issued=_date(view, dataset), version=view.opened.name)
    if resource == dataset:
        return replace(cited, kind="dataset", genre=view.interface.gettext("citation.data_set"))
    kind = "entry" if graph_of(iris, resource) is None else "dataset"
    return replace(cited, kind=kind, container=_label(view, dataset, view.language))


def render(cited: Citation, style: str, language: Language) -> bytes:
    """The citation as a file in one of STYLES, with the words of ``language``."""
    return (written(cited, style, language) + "\n").encode()


def written(cited: Citation, style: str, language: Language) -> str:
    """The citation in one of STYLES."""
    if style == "csl":
        return json.dumps([csl(cited)], ensure_ascii=False, indent=2)
    if style in ("bibtex", "ris"):
        return bibtex(cited) if style == "bibtex" else ris(cited)
    return gb_t(cited, language) if style == "gbt" else apa(cited, language)


def apa(cited: Citation, language: Language) -> str:
    """The reference in APA style (7th edition), as plain text: after a title in another language, its translation."""
    date = _apa_date(cited.issued, language)
    title = _bracketed(cited.title, cited.rendered)
    authors = _apa_authors(cited.authors)
    version = language.gettext("citation.version", version=cited.version) if cited.version else ""
    genre = f" [{cited.genre}]" if cited.genre else ""
    if cited.container:
        container = _bracketed(cited.container, cited.container_rendered)
        what = f"{title}. {language.gettext('citation.in', container=container)}{version}{genre}."
    else:
        what = f"{title}{version}{genre}."
    publisher = f" {cited.publisher}." if cited.publisher and (cited.publisher,) != cited.authors else ""
    lead = f"{_stopped(authors)} ({date}). {what}" if authors else f"{what.removesuffix('.')}. ({date})."
    release = f" {language.gettext('citation.release', version=cited.release)}." if _of_release(cited) else ""
    return f"{lead}{publisher}{release} {cited.url}"


def gb_t(cited: Citation, language: Language) -> str:
    """The reference after GB/T 7714-2015, of a resource on the net: a data set (DS), else a bulletin (EB)."""
    kind = "DS/OL" if cited.kind in ("dataset", "entry") else "EB/OL"
    authors = f"{', '.join(cited.authors)}. " if cited.authors else ""
    title = _bracketed(cited.title, cited.rendered)
    version = f" (v{cited.version})" if cited.version else ""
    if cited.container:
        container = _bracketed(cited.container, cited.container_rendered)
        what = f"{title}[{kind}]//{authors}{container}{version}"
    else:
        what = f"{authors}{title}{version}[{kind}]"
    release = f". {language.gettext('citation.release', version=cited.release)}" if _of_release(cited) else ""
    publisher = f". {cited.publisher}" if cited.publisher and (cited.publisher,) != cited.authors else ""
    issued = f". ({cited.issued})" if cited.issued else ""
    return f"{what}{publisher}{release}{issued}. {cited.url}"


def ris(cited: Citation) -> str:
    """The reference in RIS, as programs that manage references take it in."""
    kind = {"chapter": "CHAP", "dataset": "DATA", "entry": "DATA"}.get(cited.kind, "ELEC")
    fields = [
        *(("AU", name) for name in cited.authors),
        ("TI", cited.rendered or cited.title),
        ("TT", cited.title if cited.rendered else ""),
        ("T2", cited.container_rendered or cited.container),
        ("PY", cited.issued[:4]),
        ("DA", cited.issued.replace("-", "/")),
        ("PB", cited.publisher),
        ("ET", cited.version or cited.release),
        ("LA", cited.language),
        ("UR", cited.url),
    ]
    lines = [f"{name}  - {value}" for name, value in fields if value]
    return "\n".join([f"TY  - {kind}", *lines, "ER  - "])


def _of_release(cited: Citation) -> bool:
    """Tell whether the release is told beside the version: where the work has none of its own."""
    return bool(cited.release) and not cited.version


def bibtex(cited: Citation) -> str:
    """The reference as a BibTeX entry."""
    kind = {"chapter": "incollection", "entry": "incollection"}.get(cited.kind, "misc")
    year, _, rest = cited.issued.partition("-")
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in cited.authors),
        "title": f"{{{_tex(_bracketed(cited.title, cited.rendered))}}}",
        "booktitle": (f"{{{_tex(_bracketed(cited.container, cited.container_rendered))}}}" if cited.container else ""),
        "year": year,
        "month": rest[:2].lstrip("0"),
        "publisher": _tex(cited.publisher),
        "version": cited.version or cited.release,
        "type": cited.genre,
        "language": cited.language,
        "url": cited.url,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{cited.key},\n" + ",\n".join(lines) + "\n}"


def csl(cited: Citation) -> dict[str, object]:
    """The reference as one item of CSL-JSON (the schema of citationstyles.org)."""
    found: dict[str, object] = {"id": cited.key, "type": cited.kind, "title": cited.rendered or cited.title}
    if cited.rendered:
        found["original-title"] = cited.title
    more = {
        "container-title": cited.container_rendered or cited.container,
        "publisher": cited.publisher,
        "version": cited.version or cited.release,
        "genre": cited.genre,
        "language": cited.language,
        "URL": cited.url,
    }
    if cited.authors:
        found["author"] = [{"literal": name} for name in cited.authors]
    if cited.issued:
        found["issued"] = {"date-parts": [[int(item) for item in cited.issued.split("-")]]}
    return found | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class Box:
    """Content of the box on a page: the reference in words and as BibTeX, and where each style can be had as a file.

    At ``page`` are all styles.
    """

    apa: str
    bibtex: str
    files: tuple[tuple[str, str], ...]
    page: str


def box(view: View, resource: NamedNode) -> Box:
    """The box about ``resource``, in the view's language."""
    cited = citation(view, resource)
    files = tuple(
        (media.label, view.link("/cite", iri=resource.value, style=name, lang=view.language))
        for name, media in STYLES.items()
    )
    return Box(apa(cited, view.interface), bibtex(cited), files, view.link("/cite", iri=resource.value))


def _work(view: View, node: NamedNode) -> NamedNode | None:
    """The document that the node is, is a part of, or is a text of."""
    for _ in range(DEEPEST):
        if {*DOCUMENTS} & {*view.kinds(node)}:
            return node
        above = view.node(node, DCTERMS.isPartOf) or view.node(node, ELI.realizes)
        if above is None:
            return None
        node = above
    return None


def _original_language(view: View, work: NamedNode) -> str:
    """The language of the text that is no rendering of this project."""
    for text in view.subjects(ELI.realizes, work):
        language = view.language_of(text)
        if language and not {"UnofficialTranslation", "OfficialTranslation"} & {*view.kinds(text)}:
            return language
    return view.language


def _label(view: View, node: NamedNode, language: str) -> str:
    found = view.label(node, language) or view.label(node)
    return found.value if found else view.short(node)


def _names(view: View, node: NamedNode, predicate: NamedNode) -> tuple[str, ...]:
    """The names of whom the property names, in the reader's language."""
    found = []
    for item in view.nodes(node, predicate):
        name = view.label(item) or view.text(item, FOAF.name)
        found += [name.value] if name else []
    return tuple(found)


def _date(view: View, node: NamedNode) -> str:
    for item in view.objects(node, DCTERMS.issued):
        if isinstance(item, Literal) and (date := calendar_date(item.value)) is not None:
            return date
    return ""


def _apa_date(date: str, language: Language) -> str:
    if not date:
        return language.gettext("citation.undated")
    year, *rest = date.split("-")
    if not rest:
        return year
    month = language.gettext(f"month_{int(rest[0])}")
    if len(rest) == 1:
        return language.gettext("citation.month", year=year, month=month)
    return language.gettext("citation.day", year=year, month=month, day=int(rest[1]))


def _apa_authors(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", & {names[-1]}" if names else ""


def _bracketed(title: str, rendered: str) -> str:
    return f"{title} [{rendered}]" if rendered else title


def _stopped(text: str) -> str:
    return text if text.endswith((".", "。")) else f"{text}."


def _tex(text: str) -> str:
    """Text with what BibTeX would read as a command escaped."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(item) or (f"\\{item}" if item in "&%$#_{}" else item) for item in text)
