"""Query worker (see ``sparql.worker``) that draws results for people as well. Run by the pool alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import QueryBoolean, QuerySolutions, Triple

from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker import main as worker
from initiative_lod.sparql.worker.evaluation import OpenStore

if TYPE_CHECKING:
    from initiative_lod.web.pages.sparql_result import ResultPages


class Show:
    """Draws results; what that takes is imported when the first one is drawn, so that workers start the sooner."""

    @cached_property
    def _pages(self) -> ResultPages:
        from initiative_lod.web.pages.sparql_result import ResultPages

        return ResultPages()

    def __call__(self, found: QueryBoolean | QuerySolutions | Sequence[Triple], opened: OpenStore, job: Job) -> bytes:
        """The result as a piece of HTML, in the language and with the links of the job's reader."""
        return self._pages.draw(found, opened, job)


def main() -> None:
    """Serve jobs until the socket closes."""
    worker.main(Show())
