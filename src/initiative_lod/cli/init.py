"""``initiative-lod init``: a new project, which validates, builds and serves as it is, to be filled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from initiative_lod.cli.console import say, show
from initiative_lod.errors import SettingsError
from initiative_lod.settings import FILE, Settings, package_folder

#: What each file of a new project is for, in the order in which it is read.
FILES = {
    FILE: "settings: the base of your IRIs, and how it is served",
    "data/dataset.ttl": "the site's name, publisher, contact, licence, footer",
    "data/source/charter.zh.txt": "the text as it was delivered",
    "data/graphs/charter/document.ttl": "the document: its texts, its parts, what its clauses ask",
    "data/graphs/groups.ttl": "whom it addresses",
    "data/graphs/topics.ttl": "what it speaks of",
    "data/alignments/topics.sssom.tsv": "mappings to other people's vocabularies: none yet",
    "data/questions/prohibitions.rq": "a question that every release has to answer",
    "data/questions/prohibitions.tsv": "the rows of its answer, worked out from the text by hand",
}
#: What ``--example`` adds, or has in the place of such a file.
EXAMPLE_FILES = {
    "data/source/lamps.zh.txt": "a second document: a declaration in two authentic texts, of which this is one",
    "data/source/lamps.en.txt": "and this the other",
    "data/graphs/lamps/document.ttl": "its parts, and what each clause says, with the words in both texts",
    "data/graphs/lamps/concepts.ttl": "whom it addresses and what it speaks of",
    "data/questions/prohibitions.tsv": "the rows of the question's answer over both documents",
    "data/questions/who-may-and-who-must.rq": "a question about the second document",
    "data/questions/who-may-and-who-must.tsv": "and its answer",
}
EXAMPLE_BASE = "https://example.org/"
TEMPLATE, EXAMPLE = "new_project", "example"  # folders of the package


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder; made where there is none.")] = Path(),
    example: Annotated[
        bool,
        typer.Option(
            "--example",
            help="With a second made-up document, described as a whole: a declaration of chapters, articles and items, "
            "in two authentic texts.",
        ),
    ] = False,
) -> None:
    """Make a new project in DIR, or here: a small made-up document, to be replaced by yours. Nothing is overwritten."""
    files = {**FILES, **EXAMPLE_FILES} if example else FILES
    base = Settings(base=context.obj["base"] or EXAMPLE_BASE).base
    folder = folder.resolve()
    if other := next((item for item in (folder, *folder.parents) if item.is_file()), None):
        raise SettingsError(f"{other} is a file: name a folder")
    in_the_way = [name for name in files if (folder / name).exists()]
    if in_the_way:
        raise SettingsError(
            f"nothing was written: {folder} has {', '.join(in_the_way)}. Name a folder without, or move "
            f"{'it' if len(in_the_way) == 1 else 'them'} away"
        )
    for name in files:
        template = package_folder(EXAMPLE if example and name in EXAMPLE_FILES else TEMPLATE)
        content = (template / name).read_text("utf-8").replace(EXAMPLE_BASE, base)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    show(str(folder))
    longest = max(map(len, files))
    for name, about in files.items():
        say(f"  {name:{longest}}  {about}")
    if base == EXAMPLE_BASE:
        say(f"The base is {base}, which is nobody's: put yours into {FILE} and where else it stands.")
    here = "" if folder == Path.cwd() else f"cd {folder}\n  "
    say(f"Now:\n  {here}initiative-lod validate\n  initiative-lod build --publish\n  initiative-lod serve")
