"""Message catalogues: a gettext file (``<language>.po``) is a language of the interface, and all of its words.

Which languages there are follows from the files: those beside this module, and those of one more folder. A language
that lacks a message has it in English; a message that English lacks is a KeyError, so that no page shows a bare id.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from pathlib import Path
from typing import Self

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import get_group_symbol
from markupsafe import Markup, escape

from initiative_lod.errors import Message, SettingsError, Verbatim

DEFAULT = "en"  # what a reader gets who asks for no language that there is


class Language:
    """One language of the interface. ``tag`` is its BCP 47 tag; a message is named by its id.

    Values are put in by name: whole numbers with the language's separators, messages in the language, several one after
    the other, and what a message quotes (``%r``) in the language's quotes.
    """

    def __init__(self, tag: str, content: bytes, otherwise: NullTranslations) -> None:
        """Read a catalogue. Raises ValueError for what is no gettext file."""
        self.tag = tag
        self._plain: dict[str, Markup] = {}  # messages without values, as HTML
        self.translations = GNUTranslations(io.BytesIO(_compiled(content)))
        self.translations.add_fallback(otherwise)
        try:
            self._group = get_group_symbol(Locale.parse(tag, sep="-"))
        except (UnknownLocaleError, ValueError):
            self._group = ","

    @property
    def name(self) -> str:
        """Name of the language in itself."""
        return self.gettext("language_name")

    def find(self, id: str) -> str | None:
        """The message without values; None where there is none of that id."""
        try:
            return self.translations.gettext(id)
        except KeyError:
            return None

    def gettext(self, id: str, /, **values: object) -> str:
        """The message ``id`` with its values. Raises KeyError."""
        return self.translations.gettext(id) % self._written(values)

    def can_tell(self, message: Message) -> bool:
        """Tell whether there is such a message, and it has the values that it names."""
        try:
            self.gettext(message.id, **message.values)
        except (KeyError, TypeError, ValueError, RecursionError):
            return False
        return True

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form for ``number``, which the message has as ``num``, of the message named ``one`` and ``many``."""
        return self.translations.ngettext(one, many, number) % self._written({"num": number, **values})

    def markup(self, id: str, /, **values: object) -> Markup:
        """The message as HTML; what came in another language is marked as such (WCAG 2.2 §3.1.2)."""
        if values:
            return escape(self.translations.gettext(id)) % self._marked(values)
        if id not in self._plain:
            self._plain[id] = escape(self.translations.gettext(id)) % {}
        return self._plain[id]

    def nmarkup(self, one: str, many: str, number: int, /, **values: object) -> Markup:
        """The message in the form for ``number`` as HTML."""
        return escape(self.translations.ngettext(one, many, number)) % self._marked({"num": number, **values})

    def number(self, value: int) -> str:
        """A whole number as the language writes it."""
        return f"{value:,}".replace(",", self._group)

    def _written(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self._value(value) for name, value in values.items()}

    def _value(self, value: object) -> object:
        if type(value) is int:
            return self.number(value)
        if isinstance(value, Message):
            return self.gettext(value.id, **value.values)
        if isinstance(value, list):
            comma, items = self.gettext("list_comma"), [self._value(item) for item in value]
            return _Quoted(comma.join(map(str, items)), comma.join(map(repr, items)))
        if type(value) is str:
            first, last = self._quotes
            return _Quoted(value, f"{first}{repr(value)[1:-1]}{last}")
        return value

    @cached_property
    def _quotes(self) -> tuple[str, str]:
        quotes = self.gettext("quotes")
        return (quotes[0], quotes[1]) if len(quotes) == 2 else ("'", "'")

    def _marked(self, values: Mapping[str, object]) -> dict[str, object]:
        return {
            name: _Foreign(value, self._quotes) if isinstance(value, Verbatim) and self.tag != DEFAULT else value
            for name, value in self._written(values).items()
        }


@lru_cache(maxsize=8)
def _compiled(catalogue: bytes) -> bytes:
    """A catalogue as ``gettext`` reads it. To compile one takes fifteen times as long as to read it."""
    compiled = io.BytesIO()
    try:
        write_mo(compiled, read_po(io.BytesIO(catalogue), abort_invalid=True))
    except (PoFileError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    return compiled.getvalue()


class _Quoted(str):
    """Words, and how a message quotes them (``%r``): in the quotes of its language, each of several."""

    _quoted: str

    def __new__(cls, words: str, quoted: str) -> Self:
        made = super().__new__(cls, words)
        made._quoted = quoted
        return made

    def __repr__(self) -> str:
        return self._quoted


class _Foreign(Markup):
    """Words marked as those of another language. A message that quotes them (``%r``) has the quotes around them."""

    _quotes: tuple[str, str]

    def __new__(cls, words: str, quotes: tuple[str, str]) -> Self:
        made = super().__new__(cls, Markup('<span lang="en">{}</span>').format(words))
        made._quotes = quotes
        return made

    def __repr__(self) -> str:
        first, last = self._quotes
        return Markup("{}{}{}").format(first, self, last)


class Languages(Mapping[str, Language]):
    """The languages of the interface by tag, in the order of the tags."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read every catalogue: those that come with the software, and those in ``folder``. Raises SettingsError."""
        places = [resources.files("initiative_lod.locale"), *([folder] if folder else [])]
        contents: dict[str, bytes] = {}
        try:
            for place in places:
                for file in place.iterdir():
                    if file.name.endswith(".po"):
                        contents[file.name.removesuffix(".po").lower()] = file.read_bytes()
        except OSError as error:
            raise SettingsError(f"the languages of the interface cannot be read: {error}") from error
        #: Changes with every catalogue: what was rendered with others is another rendering.
        self.digest = hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()
        self._languages: dict[str, Language] = {}
        known: NullTranslations = _NoMessages()
        for tag in sorted(contents, key=lambda tag: (tag != DEFAULT, tag)):
            try:
                self._languages[tag] = Language(tag, contents[tag], known)
            except ValueError as error:
                raise SettingsError(f"{tag}.po is no catalogue of messages: {error}") from error
            if tag == DEFAULT:
                known = self._languages[tag].translations

    def __getitem__(self, tag: str) -> Language:
        return self._languages[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._languages))

    def __len__(self) -> int:
        return len(self._languages)

    def each(self, id: str, **values: object) -> dict[str, str]:
        """A message in each language, by tag."""
        return {tag: language.gettext(id, **values) for tag, language in self.items()}

    @property
    def default(self) -> Language:
        """The language of readers who ask for none, of logs and of the command line."""
        return self._languages[DEFAULT]


class _NoMessages(NullTranslations):
    """End of a search for a message."""

    def gettext(self, message: str) -> str:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise KeyError(msgid1)
