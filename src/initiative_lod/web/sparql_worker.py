"""A query worker (see ``sparql.worker``) that draws results for people as well. Run as a module, by the pool alone."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import QueryBoolean, QuerySolutions, Triple

from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker import main
from initiative_lod.sparql.worker.evaluation import OpenStore


def show(found: QueryBoolean | QuerySolutions | Sequence[Triple], opened: OpenStore, job: Job) -> bytes:
    """The result as a piece of HTML, in the language and with the links of the job's reader."""
    from initiative_lod.web.pages.sparql_result import drawn  # most workers never need it, and start the sooner

    return drawn(found, opened, job)


if __name__ == "__main__":
    main.main(show)
