"""``initiative-lod serve``: build what is missing, then serve it."""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from initiative_lod import release
from initiative_lod.errors import Overtaken, SettingsError
from initiative_lod.settings import Settings, from_environment
from initiative_lod.terminal import LogFormatter

OTHER_FILES = 256  # that are open besides connections: stores, workers, results
SELDOM = (10_000, 10, 10)  # thresholds of the collector of garbage, which looks through what is being answered


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    root_path: Annotated[str | None, typer.Option(help="Path prefix under which a proxy shows the server.")] = None,
    store: Annotated[
        str | None, typer.Option(help="Send visitors' queries to this SPARQL endpoint, which has the release.")
    ] = None,
    follow: Annotated[
        str | None, typer.Option(help="Serve what is current at this site, or in this folder of a web host.")
    ] = None,
) -> None:
    """Serve the current release; where there is none, build and publish it first, or take it from whom one follows."""
    read_settings = partial(
        from_environment, **context.obj, host=host, port=port, root_path=root_path, store=store, follow=follow
    )
    settings = read_settings()
    prepare(settings)
    run(settings, read_settings)


def prepare(settings: Settings) -> None:
    """Make sure that a release is published."""
    folder = settings.release_folder
    if release.current(folder) is None and settings.follow:
        from initiative_lod.cli.console import progress
        from initiative_lod.release.origin import PullLimits
        from initiative_lod.release.pull import pull

        with progress() as step:
            taken = pull(folder, settings.follow, PullLimits(settings.pull_bytes, settings.fetch_seconds), step)
            release.publish(folder, taken)
    elif release.current(folder) is None:
        from initiative_lod import pipeline  # here: a server of what is published needs no validator
        from initiative_lod.cli.console import progress

        with progress() as step, suppress(Overtaken):  # somebody else has published meanwhile: then that is served
            release.publish(folder, pipeline.make_release(settings, step), since="")


def run(settings: Settings, read_settings: Callable[[], Settings]) -> None:
    """Serve until told to stop; ``read_settings`` is asked when told to reload."""
    sys.setswitchinterval(0.001)  # requests are taken while pages are made: a thread of these gives way after so long
    gc.disable()  # nothing that is imported is ever garbage, and looking for some takes a tenth of the start
    from initiative_lod.release.open_release import OpenRelease
    from initiative_lod.web.server import Server

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    with listen(settings.host, settings.port) as listening:
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{shown}:{listening.getsockname()[1]}{settings.root_path}/"

        def announce(opened: OpenRelease) -> None:
            current = opened.release
            typer.echo(f"release {current.version}, {current.manifest.quads:,} quads", err=True)
            typer.echo(f"open {address}  (Ctrl+C stops)", err=True)

        server = Server(settings, read_settings, _files(settings.connections), announce)
        _log_printably()
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()
        server.run(sockets=[listening])


def _files(connections: int) -> int:
    """So many connections as there can be, if need be after more open files have been allowed to this process."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        connections = max(16, allowed - OTHER_FILES)
        typer.echo(f"this process may have {allowed} files open: {connections} connections, not more", err=True)
    return connections


def _log_printably() -> None:
    """Log on stderr, ours and the web server's, in a form that no terminal obeys."""
    formatter = LogFormatter("%(levelname)s: %(message)s")
    logging.getLogger("initiative_lod").addHandler(logging.StreamHandler())
    for name in ("initiative_lod", "uvicorn"):
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(formatter)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises SettingsError when the port is in use or the address not of this host."""
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(
            f"cannot listen at {host} port {port}: {reason}; take another with --port or --host"
        ) from error
    # Connections inherit it. asyncio sets it by itself only on sockets made with the protocol's number, and without it
    # a body sent after its head waits for the client's acknowledgement: 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
