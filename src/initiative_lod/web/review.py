"""Review page of an alignment: a person judges proposals. It writes, so it is never part of the public application.

It answers to this machine only: to its own loopback Host (so that no other site's name can lead here). A machine has
other users too, so who comes in has a link that was printed where the command runs and that works once: it is exchanged
for a cookie. The cookie is of a folder that nobody can guess, since browsers send a cookie to every port of a host. A
judgement is taken only with the token that the page's own form carries, and from no other origin.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from initiative_lod.errors import Message, SourceError, Verbatim
from initiative_lod.locale.messages import Language, Languages
from initiative_lod.matching.proposal_review import Review
from initiative_lod.sources.judgements import Verdict
from initiative_lod.web.http import request as requests
from initiative_lod.web.pages.page_templates import page_templates
from initiative_lod.web.routes.routing import ExactRoute

MAX_BODY_BYTES = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
ENTRANCE = "/open/"  # and the key
COOKIE = "review"
# Without quotation marks, which the template would write as entities.
STYLE = """
:root { color-scheme: light dark; --line: light-dark(#bbb, #666); --link: light-dark(#0b4f8a, #8ec5ff) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1rem }
body { color: CanvasText; background: Canvas }
h1 { overflow-wrap: anywhere }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.5rem }
section { border: 1px solid var(--line); border-radius: .4rem; padding: 1rem; min-width: 0 }
h2 { margin-top: 0 }
h3 { font-size: 1rem; margin-bottom: .2rem }
.iri, .as-written { font: 13px/1.4 monospace; overflow-wrap: anywhere; color: light-dark(#555, #bbb) }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid var(--line) }
td { overflow-wrap: anywhere }
blockquote { margin: .6rem 0; padding-left: .8rem; border-left: 3px solid var(--line) }
.list .between { display: none }
textarea, input { font: inherit; width: 100%; box-sizing: border-box }
button { font: inherit; padding: .5rem 1.2rem }
header p, .buttons { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; margin: .4rem 0 }
header .languages { margin-left: auto; display: flex; gap: 1rem }
html { scroll-padding-bottom: 13rem }
form { position: sticky; bottom: 0; background: Canvas; border-top: 2px solid var(--line); padding: .4rem 0 }
form p { margin: .3rem 0 }
.problem { color: light-dark(#a00, #ff9a9a); font-weight: 600 }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
a { color: var(--link) }
@media (max-height: 34rem) { /* a low screen, or a large zoom: the form would cover what is judged */
  html { scroll-padding-bottom: 0 }
  form { position: static }
}
@media (max-width: 40rem) { /* each proposal in lines of its own */
  h1 { font-size: 1.5rem }
  button { padding: .5rem .8rem }
  .list thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden }
  .list tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; border-bottom: 1px solid var(--line); padding: .4rem 0 }
  .list td { border: 0; padding: 0 }
  .list .between { display: inline }
}
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


def create_review(
    review: Review, judge: str, today: Callable[[], str], key: str, languages: Languages | None = None
) -> Starlette:
    """The application. ``judge`` is who is proposed as the judge, ``today`` gives the date of a judgement.

    Who asks first for ENTRANCE with the ``key`` may judge, and nobody else.
    """
    entrance = _Entrance(key)
    spoken = languages or Languages()
    page = _Page(review, judge, today, entrance.folder, spoken)

    def language(request: Request) -> Language:
        return spoken[requests.read(request.scope, frozenset(), tuple(spoken)).language]

    async def come_in(request: Request) -> Response:
        refusal = _refusal(request, language(request))
        return refusal or entrance.open(request, language(request))

    def inside(shown: Callable[..., Response]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            refusal = _refusal(request, language(request)) or entrance.refusal(request, language(request))
            if refusal is not None:
                return refusal
            return await run_in_threadpool(shown, language(request), *request.path_params.values())

        return endpoint

    async def judged(request: Request) -> Response:
        refusal = _refusal(request, language(request)) or entrance.refusal(request, language(request))
        number = request.path_params["number"]
        if refusal is not None:
            return refusal
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return _plain(language(request), Message("review.too_long"), 413)
        return await run_in_threadpool(page.judge, language(request), number, body.decode("utf-8", "replace"))

    async def outside(request: Request) -> Response:
        return _refusal(request, language(request)) or _plain(language(request), Message("review.not_opened"), 403)

    here = entrance.folder
    routes = [
        ExactRoute(f"{ENTRANCE}{{key}}", come_in),
        ExactRoute(f"{here}/", inside(page.overview)),
        ExactRoute(f"{here}/{{number}}", inside(page.one)),
        ExactRoute(f"{here}/{{number}}", judged, ["POST"]),
        ExactRoute("/{rest:path}", outside, ["GET", "POST"]),
    ]
    return Starlette(routes=routes)


def _refusal(request: Request, language: Language) -> Response | None:
    """A refusal for who is not on this machine, or comes from another site's page."""
    host = request.headers.get("host", "")
    name, _, port = host.rpartition(":")
    if name not in LOOPBACK or port != str(request.scope["server"][1]):
        return _plain(language, Message("review.not_here"), 421)
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return _plain(language, Message("review.other_page"), 403)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _plain(language, Message("review.other_page"), 403)
    return None


def _plain(language: Language, message: Message, status: int) -> Response:
    return PlainTextResponse(language.gettext(message.id, **message.values) + "\n", status, HEADERS)


class _Entrance:
    """Entrance to the review, for whoever has the key: it opens once, and gives a cookie of ``folder``."""

    def __init__(self, key: str) -> None:
        self._key: str | None = key
        self._session = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self.folder = f"/{secrets.token_urlsafe(16)}"

    def open(self, request: Request, language: Language) -> Response:
        """A way in for the first who has the key; a refusal for everybody else, and for who only looks (HEAD)."""
        given = request.path_params["key"].encode()
        with self._lock:
            if self._key is None:
                return _plain(language, Message("review.link_used"), 403)
            if request.method != "GET" or not secrets.compare_digest(given, self._key.encode()):
                return _plain(language, Message("review.not_opened"), 403)
            self._key = None
        answer = RedirectResponse(f"{self.folder}/", 303, HEADERS)
        answer.set_cookie(COOKIE, self._session, path=f"{self.folder}/", httponly=True, samesite="strict")
        return answer

    def refusal(self, request: Request, language: Language) -> Response | None:
        """A refusal for who did not come in."""
        if secrets.compare_digest(request.cookies.get(COOKIE, "").encode(), self._session.encode()):
            return None
        return _plain(language, Message("review.not_opened"), 403)


class _Page:
    def __init__(self, review: Review, judge: str, today: Callable[[], str], folder: str, languages: Languages) -> None:
        self._languages = languages
        self._review, self._judge, self._today, self._folder = review, judge, today, folder
        self._token = secrets.token_urlsafe(32)
        self._template = page_templates().get_template("review.html")

    def overview(self, language: Language) -> Response:
        judged = self._review.judged()
        rows = []
        for proposal in self._review.proposals:
            verdict = self._review.verdict(proposal, judged)
            rows.append(
                {
                    "confidence": proposal.confidence,
                    "ours": proposal.ours.name(language.tag),
                    "theirs": proposal.theirs.name(language.tag),
                    "relation": _relation(proposal.predicate, language),
                    "verdict": verdict.verdict if verdict else "",
                }
            )
        done = sum(bool(row["verdict"]) for row in rows)
        return self._render(language, 200, proposal=None, rows=rows, done=done, total=len(rows))

    def one(
        self,
        language: Language,
        number: str,
        problem: Message | None = None,
        reason: str | None = None,
        status: int = 200,
    ) -> Response:
        place = self._place(number)
        if place is None:
            return _plain(language, Message("review.no_proposal", number=number[:20]), 404)
        proposal, judged = self._review.proposals[place], self._review.judged()
        ours, theirs = self._review.sides(proposal, language.tag)
        return self._render(
            language,
            status,
            proposal=proposal,
            number=place + 1,
            total=len(self._review.proposals),
            done=sum(self._review.verdict(item, judged) is not None for item in self._review.proposals),
            ours_name=proposal.ours.name(language.tag),
            theirs_name=proposal.theirs.name(language.tag),
            relation=_relation(proposal.predicate, language),
            sides=(("review.ours", ours), ("review.theirs", theirs)),
            verdict=self._review.verdict(proposal, judged),
            problem=language.markup(problem.id, **problem.values) if problem else "",
            token=self._token,
            judge=self._judge,
            reason="; ".join(proposal.told(language)) if reason is None else reason,
        )

    def judge(self, language: Language, number: str, body: str) -> Response:
        place = self._place(number)
        if place is None:
            return _plain(language, Message("review.no_proposal", number=number[:20]), 404)
        try:
            fields = {name: values[0] for name, values in parse_qs(body, max_num_fields=20).items()}
        except ValueError as error:
            return _plain(language, Message("reconcile.form", detail=Verbatim(error)), 400)
        if not secrets.compare_digest(fields.get("token", "").encode(), self._token.encode()):
            return _plain(language, Message("review.other_form"), 403)
        reason = fields.get("reason", "")
        try:
            verdict = Verdict(fields.get("verdict", ""))
            self._review.judge(place, verdict, fields.get("judge", ""), self._today(), reason)
        except ValueError as error:
            return self.one(language, number, Message("review.no_judgement", detail=Verbatim(error)), reason, 422)
        except (SourceError, OSError) as error:
            return self.one(language, number, Message("review.unwritten", detail=Verbatim(error)), reason, 500)
        self._judge = fields["judge"]
        following = self._review.next_open(place, self._review.judged())
        return RedirectResponse(
            f"{self._folder}/{'' if following is None else following + 1}?lang={language.tag}", 303, HEADERS
        )

    def _place(self, number: str) -> int | None:
        if not number.isascii() or not number.isdigit() or len(number) > 6:
            return None
        return int(number) - 1 if 1 <= int(number) <= len(self._review.proposals) else None

    def _render(self, language: Language, status: int, **values: Any) -> Response:
        shared = {"language": language, "lang": language.tag, "style": STYLE, "here": self._folder}
        shared["languages"] = self._languages.values()
        content = self._template.render(**shared, **values).encode()
        return Response(content, status, {**HEADERS, "Content-Language": language.tag}, "text/html; charset=utf-8")


def _relation(iri: str, language: Language) -> tuple[str, str]:
    """A relation as it is called, and as it is written."""
    short = iri.replace("http://www.w3.org/2004/02/skos/core#", "skos:").replace("http://schema.org/", "schema:")
    return language.find(f"property.{short}") or "", short
