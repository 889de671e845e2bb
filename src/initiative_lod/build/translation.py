"""Words that the build makes: labels of numbered parts, and the running text of a rendering in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.sources.text import NormalisedText
from initiative_lod.vocabulary import RDFS

Described = Mapping[str, Mapping[NamedNode, Sequence[Literal | NamedNode]]]

#: What numbered parts are called, by language.
_NAMES = {
    "zh": {
        "preamble": "序言",
        "conclusion": "结语",
        "pillar": "第{}部分",
        "action": "行动 {}",
        "paragraph": "第 {} 段",
        "clause": "条款 {}",
        "condition": "条件 {}",
    },
    "en": {
        "preamble": "Preamble",
        "conclusion": "Conclusion",
        "pillar": "Pillar {}",
        "action": "Action {}",
        "paragraph": "paragraph {}",
        "clause": "clause {}",
        "condition": "condition {}",
    },
}
_BETWEEN = {"zh": " ", "en": ", "}
_STEP = re.compile(r"(preamble|conclusion|pillar|action|paragraph|clause|condition)(?:[/-](\d+))?")


def labels(path: str, kind: str) -> list[Literal]:
    """Labels of a part, one a language: ``…/action/8/clause/3`` is “行动 8 条款 3”, “Action 8, clause 3”"""
    steps = _STEP.findall(path.split("/", 2)[-1]) or [(kind.lower(), "")]
    result = []
    for language, names in _NAMES.items():
        label = _BETWEEN[language].join(names[name].format(number).strip() for name, number in steps)
        result.append(Literal(label[:1].upper() + label[1:], language=language))
    return result


def rendered_text(document: LocatedDocument, described: Described, language: str) -> NormalisedText:
    """The whole text in ``language``, from labels and translations of the parts, in the order of the original."""
    translation = document.iris.term("translation")

    def said(part: str, property: NamedNode) -> str:
        values = described[part].get(property, ())
        return next((v.value for v in values if isinstance(v, Literal) and v.language == language), "")

    def clauses(part: str) -> str:
        own = [
            child for child, parent in document.parents.items() if parent == part and document.kinds[child] == "Clause"
        ]
        return " ".join(said(clause, translation) for clause in sorted(own, key=document.numbers.__getitem__))

    paragraphs = [(document.text.whole.start, said(document.iri, RDFS.label))]
    for part, kind in document.kinds.items():
        if kind in ("Paragraph", "Conclusion"):
            paragraphs.append((document.spans[part].start, said(part, translation)))
        elif kind == "Action":
            heading = f"{document.numbers[part]}. {said(part, RDFS.label)}."
            paragraphs.append((document.spans[part].start, f"{heading} {clauses(part)}"))
        elif kind == "Pillar":
            paragraphs.append((document.headings[part].start, said(part, RDFS.label)))
            if part in document.leads:
                paragraphs.append((document.leads[part].start, clauses(part)))
    return NormalisedText("\n\n".join(paragraph for _, paragraph in sorted(paragraphs) if paragraph))
