"""``initiative-lod align``: mappings with another graph proposed as SSSOM, for a person to judge."""

from __future__ import annotations

import datetime
import getpass
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from pyoxigraph import NamedNode, Quad, Store

from initiative_lod import release
from initiative_lod.build import mappings
from initiative_lod.build.graph import build
from initiative_lod.cli.console import progress, say, tell_files
from initiative_lod.errors import OverLimit, SettingsError, SourceError
from initiative_lod.iris import Iris
from initiative_lod.labels import LABEL_PROPERTIES
from initiative_lod.locale.messages import Languages
from initiative_lod.matching import sssom_rows
from initiative_lod.matching.alignable_things import our_things, their_things
from initiative_lod.matching.proposal_review import Review
from initiative_lod.matching.proposals import MIN_CONFIDENCE, Proposal, propose
from initiative_lod.matching.sssom_rows import StringMention
from initiative_lod.reading import find_files, foreign_graph
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings, from_environment
from initiative_lod.sources import judgements, sssom_writer
from initiative_lod.sources.mapping_set import MappingSet
from initiative_lod.sources.sssom_slots import BUILT_IN
from initiative_lod.validation.confined_run import RunLimits, confined

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
JUDGEMENTS = Path("data") / "judgements" / "identity.tsv"


def align(
    context: typer.Context,
    graph: Annotated[str | None, typer.Argument(help="A file, folder or archive of RDF, or an http(s) URL.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here instead of to standard output.")] = None,
    floor: Annotated[
        float, typer.Option(help="Propose nothing that is less sure than this.", min=0, max=1)
    ] = MIN_CONFIDENCE,
    known: Annotated[bool, typer.Option("--known", help="Also propose what data/alignments/ has already.")] = False,
    review: Annotated[
        bool, typer.Option("--review", help="Serve a page here on which to judge the proposals.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of that page; 0 takes a free one.", min=0, max=65535)] = 0,
    judge: Annotated[str | None, typer.Option(help="Who judges; else the name of your account.")] = None,
    export: Annotated[
        bool, typer.Option("--export", help="Write the mappings of the current release, as SSSOM.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Propose nothing if any file has to be refused.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Propose mappings between our things and GRAPH, as SSSOM with confidence and reasons; or judge them (--review)."""
    settings = from_environment(**context.obj)
    if export:
        _write(out, _exported(settings))
        return
    if graph is None:
        raise SettingsError("name a file or folder to align with, or give --export")
    iris, path = Iris(settings.base), settings.root / JUDGEMENTS
    with progress(quiet) as step:
        slug = find_files.sources([graph])[0].slug
        foreign = foreign_graph.read([graph], iris.thing(f"source/{slug}/").value, settings, strict, step)
        ours = _store(build(settings, step).quads)
        mine = our_things(ours, iris)
        judged = [] if review else judgements.read(path)
    recorded = () if known else mappings.recorded(ours).rows
    have = {(row.value("subject_id"), row.value("object_id")) for row in recorded}

    def compare() -> _Comparison:
        theirs = _store(foreign.quads)
        others = list(their_things(theirs, iris))
        found = [item for item in propose(mine, others, judged, floor) if item.pair not in have]
        seen_in = [_seen_in(theirs, item, graph) for item in found]
        return _Comparison(len(others), found, seen_in, [] if review else sssom_rows.mentions(mine, theirs))

    if not quiet:
        say("comparing")
    try:
        compared = confined(compare, RunLimits.of(settings))  # which forks: see validate
    except OverLimit as error:
        raise SourceError(f"the comparison was {error}: there is too much in {graph} to compare with") from error
    found = compared.proposals
    tell_files(foreign.files)
    say(f"{len(mine)} things of ours, {compared.things:,} of theirs, {len(found)} proposals")
    if review:
        _serve(Review(found, ours, _store(foreign.quads), iris, path), port, judge or getpass.getuser())
        return
    seen, title = iris.term("seenIn").value, _title(graph)
    language = Languages().default  # the files of an alignment are in one, whoever writes them
    proposed = zip(found, compared.seen_in, strict=True)
    lines = [sssom_rows.row(item, where, seen, language) for item, where in proposed]
    lines += [sssom_rows.mention_row(item, title, seen) for item in compared.mentions]
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    header = _header(iris.graph(f"proposal-{name}").value, f"Proposed alignment to {title}")
    _write(out, sssom_writer.write(MappingSet(name, header, tuple(lines), _prefixes(iris))))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Result of comparing with a graph: how many things it has, proposals, where the target of each has its name, and
    mentions of ours.
    """

    things: int
    proposals: list[Proposal]
    seen_in: list[str]
    mentions: list[StringMention]


def _store(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.bulk_extend(quads)
    return store


def _title(graph: str) -> str:
    """Name of the other graph: that of its file or folder, not its path; a URL as it is."""
    return graph if find_files.is_url(graph) else Path(graph).resolve().name


def _exported(settings: Settings) -> str:
    current = release.chosen(settings.release_folder)
    opened = OpenRelease.open(current)
    header = _header(
        opened.iris.release(current.version).value + "#mappings", f"All mappings of release {current.version}"
    )
    return sssom_writer.write(replace(mappings.recorded(opened.store), slots=header, prefixes=_prefixes(opened.iris)))


def _header(identifier: str, title: str) -> dict[str, tuple[str, ...]]:
    return {"mapping_set_id": (identifier,), "mapping_set_title": (title,), "license": (LICENCE,)}


def _prefixes(iris: Iris) -> dict[str, str]:
    kinds = (
        "topic",
        "group",
        "modality",
        "institution",
        "event",
        "document",
        "person",
        "place",
        "un-norm",
        "wsis-action-line",
    )
    own = {kind: f"{iris.base}id/{kind}/" for kind in kinds}
    return {**iris.prefixes, **own, **BUILT_IN}


def _seen_in(theirs: Store, proposal: Proposal, graph: str) -> str:
    """The file in which their thing has its name; a path of this machine is nobody's business."""
    for predicate in LABEL_PROPERTIES:
        for quad in theirs.quads_for_pattern(NamedNode(proposal.theirs.iri), predicate, None, None):
            if isinstance(quad.graph_name, NamedNode):
                return _title(graph) + foreign_graph.place_of(quad.graph_name.value).removeprefix(graph.rstrip("/"))
    return _title(graph)


def _write(out: Path | None, text: str) -> None:
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
        say(f"written to {out}")


def _serve(review: Review, port: int, judge: str) -> None:
    import secrets
    import socket

    import uvicorn

    from initiative_lod.web.review import ENTRANCE, create_review

    if not review.proposals:
        say("nothing is proposed, and so there is nothing to judge")
        return
    listener = socket.create_server(("127.0.0.1", port))
    key = secrets.token_urlsafe(32)
    app = create_review(review, judge, lambda: datetime.datetime.now(datetime.UTC).date().isoformat(), key)
    config = uvicorn.Config(app, log_level="warning", loop="asyncio", server_header=False, proxy_headers=False)
    say(f"open http://127.0.0.1:{listener.getsockname()[1]}{ENTRANCE}{key}  (it works once; Ctrl+C stops)")
    uvicorn.Server(config).run(sockets=[listener])
