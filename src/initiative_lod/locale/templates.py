"""Jinja templates whose words are messages: ``_`` and ``ngettext`` give one in the language of who reads.

Byte code is kept in a folder of this user alone, so that templates are compiled once and not at each start.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from initiative_lod.locale.messages import Language


def environment(package: str) -> Environment:
    """The templates in the folder ``templates`` of a package.

    Whoever renders one gives it ``language``, a ``Language``; the filter ``number`` writes a whole number as it does.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        auto_reload=False,  # an answer is known by the templates that there were at the start
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        bytecode_cache=bytecode_cache(),
        extensions=["jinja2.ext.i18n"],
    )
    made.context_class = DirectCalls
    made.install_gettext_callables(_gettext, _ngettext)  # type: ignore[attr-defined]
    made.globals["_"] = _gettext  # in place of an alias that looks it up at each word
    made.filters["number"] = _number
    return made


class DirectCalls(Context):
    """Jinja2's own context, by which what wants nothing of it is called as it is: of its own way a page takes a tenth.

    Macros are such: all of our templates mark what they write as HTML, so that none has to ask for it.
    """

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        if hasattr(function, "jinja_pass_arg"):
            return super().call(function, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return function(*args, **kwargs)


@pass_context
def _gettext(context: Context, id: str, /, **values: object) -> Markup:
    language: Language = context["language"]
    return language.markup(id, **values)


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int, /, **values: object) -> Markup:
    language: Language = context["language"]
    return language.nmarkup(one, many, number, **values)


@pass_context
def _number(context: Context, value: int) -> str:
    language: Language = context["language"]
    return language.number(value)


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja2's own cache, of which a disk that is full or read-only costs time and no page."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if its byte code is there and can be read."""
        with suppress(OSError, EOFError, ValueError, TypeError):  # the last three: a file that was cut off
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def bytecode_cache() -> BytecodeCache | None:
    """A cache in the system's folder for temporary files; None where this user cannot have a private one there."""
    try:
        return CompiledTemplates()
    except (OSError, RuntimeError):
        return None
