"""Tells by its print what a line of a governance document is: a numbered unit, an item, a heading, a paragraph.

The words of units are those of legal texts in Chinese and Japanese, and in languages of the Latin, Cyrillic and Arabic
scripts; numerals are Arabic, Roman, Chinese and a few ordinals in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHINESE_UNIT = re.compile(
    r"(第([〇零一二三四五六七八九十百千\d]+)(编|編|部分|章|节|節|条|條)(?:之([一二三四五六七八九十\d]+))?)[\s、，:：]*(.*)",
    re.DOTALL,
)
_CHINESE_ANNEX = re.compile(
    r"((?:附件|附录|附錄|附表|别表|別表)\s*([一二三四五六七八九十\d]*))[\s、，:：]*(.*)", re.DOTALL
)
#: What units are called; what holds chapters is a chapter as well, whose path says ``part``.
_NAMES = {
    "Part": "part partie parte teil title titre título titolo titel book livre libro buch раздел الباب",
    "Chapter": "chapter chapitre capítulo capitolo kapitel hoofdstuk глава الفصل",
    "Section": "section sec sección secção sezione abschnitt afdeling القسم",
    "Article": "article art artículo artigo articolo artikel artykuł статья المادة §",
    "Annex": "annex annexe anexo allegato anlage anhang bijlage schedule appendix appendice приложение الملحق",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
_ORDINALS = "premier première primero primera primeiro primo prima first one eins un une"
_NUMERAL = rf"\d+(?:er|re|ère)?|[IVXLCDM]+|{'|'.join(_ORDINALS.split())}"
_NAMED_UNIT = re.compile(
    rf"(({'|'.join(sorted(_ROLES, key=len, reverse=True))})\.?\s*({_NUMERAL})([a-z]|\s?(?:bis|ter|quater))?)(?![\w'’])"
    r"[.:)\s–—-]*(.*)",
    re.I | re.DOTALL,
)
_BARE_ANNEX = re.compile(
    r"annexe?|anexo|allegato|anlage|anhang|bijlage|schedule|appendix|приложение|附件|附录|附錄", re.I
)
_ITEM = re.compile(
    r"([（(](?:[一二三四五六七八九十]+|\d+|[A-Za-z]{1,4})[）)]|(?:[a-z]|[ivx]{1,4}|\d+)\)|\d+(?:\.\d+)+\.?|[①-⑳]"
    r"|[a-z]\.(?=\s)|[一二三四五六七八九十]+(?=\u3000))\s*(?=\S)"
)
_NUMBERED = re.compile(r"(\d+)(?:\s*[.、．]\s*(?=\D)|\u3000+(?=\S))")
_ENUMERATED = re.compile(r"([一二三四五六七八九十]+)、(?=\S)")
_BULLET = re.compile(r"(——|[—–•*·▪-])\s*(?=\S)")
_CAPTION = re.compile(r"[（(][^（()）]{1,40}[）)]")
_RECITAL = re.compile(r"鉴于|鑑於|whereas\b|considérant\b|vu\b|considerando\b|in der Erwägung|учитывая", re.I)
#: A line of a preamble that ends in a comma and begins so: paragraphs of resolutions and conventions.
_PREAMBULAR = re.compile(
    r"(?:\w+ly\s+)?(?:\w+ing|aware|conscious|convinced|guided|concerned|alarmed|determined|mindful|encouraged)\b.*[,，]"
    r"|(?:又|还|還|并|並)?(?:铭记|銘記|回顾|回顧|考虑到|考慮到|认识到|認識到|重申|注意到|意识到|意識到|深信|确认|確認|欢迎|歡迎).*[,，]"
    r"|(?:\w+ant|conscientes?|convaincue?s)\b.*,",
    re.I | re.DOTALL,
)
_PREAMBLE = re.compile(
    r"(序\s*言|前\s*言|引\s*言|前\s*文|preamble|introduction|préambule|preámbulo|preâmbulo|präambel|preambolo|преамбула"
    r"|ديباجة|الديباجة)",
    re.I,
)
_CONCLUSION = re.compile(r"(结\s*语|結\s*語|结束语|conclusion|conclusión|conclusione|schlussbemerkung)", re.I)
_STOPS = tuple("。.;；:：,，!！?？”\"'’»…、—–")
_LONGEST_HEADING = 90  # characters
_CHINESE_ROLES = (
    dict.fromkeys(("编", "編", "部分"), "Part")
    | dict.fromkeys("章", "Chapter")
    | dict.fromkeys("节節", "Section")
    | dict.fromkeys("条條", "Article")
)
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True)
class PrintedLine:
    """A line by its role: Part, Chapter, Section, Article, Annex, Item, Preamble, Conclusion, Recital, or Paragraph.

    ``ordinal`` is what its numeral says, 0 where there is none; ``suffix`` tells one that was put in later (2a,
    第二条之一). ``style`` is how an item is marked, by which one that lies in another is known.
    """

    role: str
    words: str
    number: str = ""
    ordinal: int = 0
    heading: bool = False
    suffix: str = ""
    level: int = 0  # of a heading in Markdown, from 1; 0 where it does not say
    style: str = ""

    @property
    def is_bare(self) -> bool:
        """Tell whether it is a number and no more, so that its heading may stand on the next line."""
        return self.heading and bool(self.number) and self.words.rstrip(" .:：") == self.number.rstrip(" .")


def ordinal(printed: str) -> int:
    """The number that a numeral says: 十三, 13, XIII, 1er, premier; 0 for none."""
    if printed.isdecimal():
        return int(printed)
    if printed.lower() in _ORDINALS.split():
        return 1
    if found := re.fullmatch(r"(\d+)(?:er|re|ère)", printed, re.I):
        return int(found[1])
    if printed and all(char in _ROMAN for char in printed.lower()):
        values = [_ROMAN[char] for char in printed.lower()]
        return sum(-one if one < other else one for one, other in zip(values, [*values[1:], 0], strict=True))
    total, digit = 0, 0
    for char in printed:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            return 0
    return total + digit


def is_heading(line: str) -> bool:
    """Tell whether a line is as short as a heading, and ends as one."""
    return len(line) <= _LONGEST_HEADING and not line.endswith(_STOPS) and not line[:1].islower()


def unit(line: str) -> PrintedLine | None:
    """The line as one that begins a numbered unit; None for another one."""
    if found := _CHINESE_UNIT.fullmatch(line):
        role = _CHINESE_ROLES[found[3]]
        suffix = f"-{ordinal(found[4])}" if found[4] else ""
        return PrintedLine(role, line, found[1], ordinal(found[2]), role != "Article" or not found[5].strip(), suffix)
    if (found := _CHINESE_ANNEX.fullmatch(line)) and is_heading(line):
        return PrintedLine("Annex", line, found[1].strip() if found[2] else "", ordinal(found[2]), True)
    if _BARE_ANNEX.fullmatch(line):
        return PrintedLine("Annex", line, heading=True)
    found = _NAMED_UNIT.fullmatch(line)
    if found and not found[5][:1].islower():
        role = _ROLES[found[2].lower()]
        heading = role != "Article" or not found[5].strip() or is_heading(line)
        return PrintedLine(role, line, found[1], ordinal(found[3]), heading, (found[4] or "").strip().lower())
    return None


def classified(line: str) -> PrintedLine:
    """The line by its role."""
    if found := unit(line):
        return found
    if _PREAMBLE.fullmatch(line):
        return PrintedLine("Preamble", line, heading=True)
    if _CONCLUSION.fullmatch(line):
        return PrintedLine("Conclusion", line, heading=True)
    if mark := _NUMBERED.match(line):
        return PrintedLine("Item", line, mark[1], int(mark[1]), style="1")
    if mark := _ITEM.match(line):
        return PrintedLine("Item", line, mark[1], style=_style(mark[1]))
    if mark := _ENUMERATED.match(line):
        short = is_heading(line)
        return PrintedLine("Section" if short else "Item", line, mark[1], ordinal(mark[1]), short, style="一、")
    if mark := _BULLET.match(line):
        return PrintedLine("Item", line, style=mark[1])
    if _RECITAL.match(line) or _PREAMBULAR.fullmatch(line):
        return PrintedLine("Recital", line)
    return PrintedLine("Section", line, heading=True) if is_heading(line) else PrintedLine("Paragraph", line)


def is_caption(line: PrintedLine) -> bool:
    """Tell whether it is a heading in brackets, which stands above the article that it is of, as in Japanese laws."""
    return line.role == "Section" and _CAPTION.fullmatch(line.words) is not None


def _style(mark: str) -> str:
    """A mark with its numeral taken for its kind: ``(a)`` and ``(b)`` are one style, ``(1)`` is another."""
    for kind, pattern in (
        ("1", r"\d+"),
        ("a", r"[a-z]+"),
        ("A", r"[A-Z]+"),
        ("一", r"[一二三四五六七八九十]+"),
        ("①", r"[①-⑳]"),
    ):
        if re.search(pattern, mark):
            return re.sub(pattern, kind, mark)
    return mark


def next_letter(mark: str) -> str:
    """The mark that follows one with a letter: ``(h)`` leads to ``(i)``, which is then no Roman number."""
    return re.sub(r"[a-yA-Y]", lambda found: chr(ord(found[0]) + 1), mark)
