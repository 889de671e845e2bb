"""Words that the build makes: labels of parts, and the running text of a rendering whose text has no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from initiative_lod.build.located_parts import CLAUSE, LocatedDocument
from initiative_lod.build.located_text import LocatedText
from initiative_lod.iris import Iris
from initiative_lod.languages import ideographic
from initiative_lod.sources.text import PARAGRAPHS, NormalisedText
from initiative_lod.vocabulary import RDFS

I = Iris()  # for terms, which are the same under every base
Described = Mapping[str, Mapping[NamedNode, Sequence[Literal | NamedNode]]]
#: Kind of part (as in PartTree.kinds) -> language -> what such a part is called; "{}" stands for its number.
Patterns = Mapping[str, Mapping[str, str]]
#: What a coding is called, and how a statement or a sentence is after its part: "{}" is the part, then the number.
CODING = {"zh": "制度语法编码", "en": "coding by the Institutional Grammar"}
STATEMENT = {"zh": "{} 陈述 {}", "zh-hant": "{} 陳述 {}", "en": "{}, statement {}"}
SENTENCE = {"zh": "{} 句 {}", "zh-hant": "{} 句 {}", "en": "{}, sentence {}"}


@dataclass(frozen=True)
class Rendering:
    """A whole text in a language that has no file of its own; ``missing`` are parts whose words nobody has rendered."""

    text: NormalisedText
    missing: tuple[str, ...]


class Step(NamedTuple):
    """A part on the way to another: its kind, its number, and how the text prints its number and its heading."""

    kind: str
    number: int | None = None
    printed: str = ""
    heading: str = ""


def label(steps: Sequence[Step], patterns: Patterns, language: str, of_text: bool = False) -> str | None:
    """Label of a part by ``steps``, from the outermost part to itself.

    Where a kind has no name in the language, a step is called as the text does: by its number as printed, its heading,
    or as a paragraph (¶) by its number; but only in the language ``of_text``. None where there is nothing to call it.
    """
    names = []
    for step in steps:
        pattern = patterns.get(step.kind, {}).get(language)
        if pattern is not None:
            name = step.printed or pattern.replace("{}", "" if step.number is None else str(step.number)).strip()
        elif of_text:
            name = step.printed or step.heading or ("" if step.number is None else f"¶ {step.number}")
        else:
            return None
        if name:
            names.append(name)
    if not names:
        return None
    joined = (" " if ideographic(language) else ", ").join(names)
    return joined[:1].upper() + joined[1:]


def inner_label(patterns: Mapping[str, str], part: Literal, number: str) -> str | None:
    """Label of a statement or a sentence in the language of its part's label; None where it has no name in that."""
    pattern = patterns.get(part.language or "")
    return pattern.format(part.value, number) if pattern is not None else None


def rendered_text(document: LocatedDocument, described: Described, language: str) -> Rendering:
    """The text of ``document`` in ``language``, from titles and translations of its parts, in reading order.

    A part's words are its own ``:translation``, else those of its clauses. The first text says what there is to render.
    """
    translation = I.term("translation")
    original = document.texts[0]

    def said(part: str, property: NamedNode) -> str:
        values = described[part].get(property, ())
        return next((v.value for v in values if isinstance(v, Literal) and v.language == language), "")

    missing: list[str] = []
    paragraphs = [said(document.iri, RDFS.label)] if document.iri in original.headings else []
    for part in sorted(document.positions, key=document.positions.__getitem__):
        heading = said(part, RDFS.label) if part in original.headings else ""
        if part in original.headings and not heading:
            missing.append(part)
        words = ""
        if document.tree.kinds[part] != CLAUSE and original.words.get(part):
            words = said(part, translation) or _clauses(document, original, part, lambda item: said(item, translation))
            if not words:
                missing.append(part)
        if heading and original.words.get(part) and part not in original.leads and part not in original.quotes:
            number = f"{document.tree.numbers[part]}. " if part in document.tree.numbers else ""
            paragraphs.append(f"{number}{heading}. {words}")
        else:
            paragraphs += [heading, words]
    content = PARAGRAPHS.join(paragraph for paragraph in paragraphs if paragraph)
    return Rendering(NormalisedText(content), tuple(missing))


def _clauses(document: LocatedDocument, original: LocatedText, part: str, said: Callable[[str], str]) -> str:
    """The clauses of a part as one run of words; empty unless each of its words lies in a clause that is rendered."""
    clauses = [item for item in document.tree.children(part) if document.tree.kinds[item] == CLAUSE]
    rendered = [said(item) for item in clauses]
    held = sum(original.quotes[item].end - original.quotes[item].start for item in clauses if item in original.quotes)
    whole = sum(span.end - span.start for span in original.words[part])
    blanks = sum(original.text[span].count(" ") for span in original.words[part])
    return " ".join(rendered) if all(rendered) and held >= whole - blanks else ""
