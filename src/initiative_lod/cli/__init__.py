"""The command line. Results go to stdout, talk and progress to stderr.

Exit status: 0 done, 1 not conforming, 2 cannot be done.
"""

from __future__ import annotations

import sys

from initiative_lod.errors import InitiativeLodError, NotConforming, SourceError
from initiative_lod.terminal import printable_lines


def main() -> None:
    """Run the command. No stack trace reaches a user for anything that a user can cause."""
    from initiative_lod.cli.app import app  # here, so that a worker process that imports this module stays light

    try:
        app()
    except NotConforming as error:
        _tell(str(error.report))
        _tell(f"initiative-lod: {error}")
        sys.exit(1)
    except SourceError as error:
        _tell(f"initiative-lod: {error}")
        sys.exit(1)
    except (InitiativeLodError, OSError) as error:
        _tell(f"initiative-lod: {_text(error)}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _tell(text: str) -> None:
    print(printable_lines(text), file=sys.stderr)


def _text(error: InitiativeLodError | OSError) -> str:
    """Words of an error, in English."""
    said = error.message if isinstance(error, InitiativeLodError) else None
    if said is None:
        return str(error)
    from initiative_lod.locale.messages import Languages

    return Languages().default.gettext(said.id, **said.values)
