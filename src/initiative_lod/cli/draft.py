"""``initiative-lod draft``: the texts of a document to a first description of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from initiative_lod.cli.console import say
from initiative_lod.errors import SettingsError, SourceError
from initiative_lod.languages import guessed_language
from initiative_lod.settings import from_environment
from initiative_lod.sources import text, turtle
from initiative_lod.sources.document_draft import DraftText, draft, unlike
from initiative_lod.sources.outline import outline

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TAG_IN_NAME = re.compile(r"\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.[^.]+$")


def draft_document(
    context: typer.Context,
    texts: Annotated[list[Path], typer.Argument(help="The texts of one document as plain text, one a language.")],
    name: Annotated[
        str | None, typer.Option(help="Last segment of the document's IRI. Else the name of the first file.")
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(help="Language of each text in turn, as in zh, zh-Hant or en. Else from its name or its words."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the Turtle into this file, not to stdout.")] = None,
    add: Annotated[
        bool, typer.Option("--add", help="Put the texts and the Turtle into the project, under data/.")
    ] = False,
) -> None:
    """Describe the structure of a document from its texts, for a person to complete. No file is overwritten."""
    if add and out is not None:
        raise typer.BadParameter(
            "--add puts the Turtle into the project, --out elsewhere: give one of them", param_hint="--out"
        )
    slug = name or re.sub(r"[^a-z0-9]+", "-", texts[0].name.partition(".")[0].lower()).strip("-")
    if not _NAME.fullmatch(slug):
        message = f"{slug!r} cannot stand in an IRI as the document's name: give one of a-z, 0-9 and -, as in udhr-1948"
        raise typer.BadParameter(message, param_hint="--name")
    tags = language or []
    if len(tags) not in (0, len(texts)):
        message = f"{len(tags)} languages are given for {len(texts)} texts: give one for each, in their order"
        raise typer.BadParameter(message, param_hint="--language")
    read: list[str] = []
    drafts: list[DraftText] = []
    for number, path in enumerate(texts):
        delivered = turtle.read_text(path)
        try:
            text.body(delivered)
        except SourceError as error:
            raise SourceError(str(error), path) from error
        tag = tags[number] if tags else _language(path, delivered)
        if any(tag.lower() == other.language.lower() for other in drafts):
            message = (
                f"{path} is in {tag!r}, as is a text before it: a document has one text a language here. Say en-GB or "
                "zh-Hant, or leave one out"
            )
            raise typer.BadParameter(message, param_hint="--language")
        read.append(delivered)
        drafts.append(DraftText(tag, f"{slug}.{tag.lower()}.txt" if add else path.name, outline(delivered)))
    turtle_text = draft(slug, drafts)
    if add:
        root = from_environment(**context.obj).root
        files = {root / "data" / "source" / item.file: text for item, text in zip(drafts, read, strict=True)}
        files[root / "data" / "graphs" / slug / "document.ttl"] = turtle_text
        _write(files)
    elif out is not None:
        _write({out: turtle_text})
    else:
        typer.echo(turtle_text)
    parts = {part.path for item in drafts for part in item.outline.parts}
    languages = " and ".join(item.language for item in drafts)
    say(f"id/{slug}: {len(parts)} parts of a text in {languages}")
    if missing := unlike(drafts):
        shown = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
        say(f"not in every text, to be looked at: {shown}")


def _language(path: Path, delivered: str) -> str:
    named = _TAG_IN_NAME.search(path.name)
    found = named[1] if named else guessed_language(delivered)
    if found is None:
        message = (
            f"the language of {path} is told neither by its name (as in {path.stem}.fr.txt) nor by its words: give it"
        )
        raise typer.BadParameter(message, param_hint="--language")
    return found


def _write(files: dict[Path, str]) -> None:
    """Write new files. Raises SettingsError, and writes nothing, when one of them is there already."""
    there = [str(path) for path in files if path.exists()]
    if there:
        raise SettingsError(f"nothing was written, for it would overwrite {', '.join(there)}: move it, or give --name")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        say(f"wrote {path}")
