"""The review page of an alignment: a person judges proposals. It writes, so it is never part of the public application.

It answers to this machine only: to a loopback Host (so that no other site's name can lead here), and it takes a
judgement only with the token that its own form carries, and from no other origin.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from initiative_lod.errors import SourceError
from initiative_lod.matching.side_by_side import Review
from initiative_lod.sources.judgements import Verdict

MAX_BODY_BYTES = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1rem; color: #1c1c1c }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem }
section { border: 1px solid #bbb; border-radius: .4rem; padding: 1rem; min-width: 0 }
h2 { margin-top: 0 }
h3 { font-size: 1rem; margin-bottom: .2rem }
.iri { font: 13px/1.4 monospace; overflow-wrap: anywhere; color: #555 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #ddd }
blockquote { margin: .6rem 0; padding-left: .8rem; border-left: 3px solid #bbb }
textarea, input { font: inherit; width: 100%; box-sizing: border-box }
button { font: inherit; padding: .5rem 1.2rem; margin-right: .6rem }
.problem { color: #a00; font-weight: 600 }
:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px }
a { color: #0b4f8a }
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make the origin of our own form "null"
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_review(review: Review, judge: str, today: Callable[[], str]) -> Starlette:
    """The application. ``judge`` is who is proposed as the judge, ``today`` gives the date of a judgement."""
    page = _Page(review, judge, today)

    async def overview(request: Request) -> Response:
        refused = _refused(request)
        return await run_in_threadpool(page.overview) if refused is None else refused

    async def one(request: Request) -> Response:
        refused, number = _refused(request), request.path_params["number"]
        return await run_in_threadpool(page.one, number) if refused is None else refused

    async def judged(request: Request) -> Response:
        refused = _refused(request)
        if refused is not None:
            return refused
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return _plain("that is too long", 413)
        return await run_in_threadpool(page.judge, request.path_params["number"], body.decode("utf-8", "replace"))

    routes = [Route("/", overview), Route("/{number}", one), Route("/{number}", judged, methods=["POST"])]
    return Starlette(routes=routes)


def _refused(request: Request) -> Response | None:
    """A refusal for who is not on this machine, or comes from another site's page."""
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name not in LOOPBACK:
        return _plain("this page answers to this machine only", 421)
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return _plain("a judgement comes from this page only", 403)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _plain("a judgement comes from this page only", 403)
    return None


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, HEADERS)


class _Page:
    def __init__(self, review: Review, judge: str, today: Callable[[], str]) -> None:
        self._review, self._judge, self._today = review, judge, today
        self._token = secrets.token_urlsafe(32)
        templates = Environment(loader=PackageLoader("initiative_lod.web"), autoescape=True, undefined=StrictUndefined)
        self._template = templates.get_template("review.html")

    def overview(self) -> Response:
        judged = self._review.judged()
        rows = []
        for proposal in self._review.proposals:
            verdict = self._review.verdict(proposal, judged)
            rows.append(
                {
                    "confidence": proposal.confidence,
                    "ours": proposal.ours.name(),
                    "theirs": proposal.theirs.name(),
                    "relation": _short(proposal.predicate),
                    "verdict": verdict.verdict if verdict else "",
                }
            )
        done = sum(bool(row["verdict"]) for row in rows)
        return self._render(200, title="Proposals", proposal=None, rows=rows, done=done, total=len(rows))

    def one(self, number: str, problem: str = "", reason: str | None = None, status: int = 200) -> Response:
        place = self._place(number)
        if place is None:
            return _plain(f"there is no proposal {number[:20]}", 404)
        proposal, judged = self._review.proposals[place], self._review.judged()
        ours, theirs = self._review.sides(proposal)
        return self._render(
            status,
            title=proposal.ours.name(),
            proposal=proposal,
            number=place + 1,
            total=len(self._review.proposals),
            done=sum(self._review.verdict(item, judged) is not None for item in self._review.proposals),
            ours_name=proposal.ours.name(),
            theirs_name=proposal.theirs.name(),
            relation=_short(proposal.predicate),
            sides=(("Ours", ours), ("Theirs", theirs)),
            verdict=self._review.verdict(proposal, judged),
            problem=problem,
            token=self._token,
            judge=self._judge,
            reason="; ".join(proposal.reasons) if reason is None else reason,
        )

    def judge(self, number: str, body: str) -> Response:
        place = self._place(number)
        if place is None:
            return _plain(f"there is no proposal {number[:20]}", 404)
        try:
            fields = {name: values[0] for name, values in parse_qs(body, max_num_fields=20).items()}
        except ValueError:
            return _plain("the form cannot be read", 400)
        if not secrets.compare_digest(fields.get("token", "").encode(), self._token.encode()):
            return _plain("the form is not of this page, or of an earlier run: load the page again", 403)
        reason = fields.get("reason", "")
        try:
            verdict = Verdict(fields.get("verdict", ""))
            self._review.judge(place, verdict, fields.get("judge", ""), self._today(), reason)
        except ValueError as error:
            return self.one(number, str(error), reason, 422)
        except SourceError as error:
            return self.one(number, str(error), reason, 500)
        self._judge = fields["judge"]
        following = self._review.next_open(place, self._review.judged())
        return RedirectResponse("/" if following is None else f"/{following + 1}", 303, HEADERS)

    def _place(self, number: str) -> int | None:
        if not number.isascii() or not number.isdigit() or len(number) > 6:
            return None
        return int(number) - 1 if 1 <= int(number) <= len(self._review.proposals) else None

    def _render(self, status: int, **values: Any) -> Response:
        return Response(
            self._template.render(style=STYLE, **values).encode(), status, HEADERS, "text/html; charset=utf-8"
        )


def _short(iri: str) -> str:
    return iri.replace("http://www.w3.org/2004/02/skos/core#", "skos:").replace("http://schema.org/", "schema:")
