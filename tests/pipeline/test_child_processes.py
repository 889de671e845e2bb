"""Commands that are killed leave no process: not one that judges, that renders, or that writes files of a site."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from patience import eventually

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ends a process with the one that started it"
)

CONFINED = """
import time
from initiative_lod.validation.confined_run import RunLimits, confined
confined(lambda: time.sleep(3600), RunLimits())
"""
RENDERING = """
import time
from initiative_lod.web.render_release import _Other
_Other.start(lambda: time.sleep(3600)).wait()
"""
EXPORT = """
import sys
from pathlib import Path
from initiative_lod import release
from initiative_lod.settings import Settings
from initiative_lod.web.export import static_site
static_site.FEW = 0
settings = Settings(root=Path(sys.argv[1]))
static_site.export(settings, release.current(settings.release_folder), Path(sys.argv[2]) / "site", "", print)
"""


def in_session(leader: int) -> set[int]:
    """Processes of the session of this leader, but for those that have ended and wait to be looked at."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, fields = stat.read_text().rpartition(") ")
        except OSError:  # it has ended meanwhile
            continue
        state, _, _, session = fields.split()[:4]
        if int(session) == leader and state not in "ZX":
            found.add(int(stat.parent.name))
    return found


@pytest.mark.thorough
@pytest.mark.parametrize(("code", "children"), [(CONFINED, 1), (RENDERING, 1), (EXPORT, 2)])
def test_nothing_goes_on_without_its_command(code: str, children: int, harbour_root: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code, str(harbour_root), str(tmp_path)]
    with subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL) as started:
        try:
            assert eventually(lambda: started.poll() is not None or len(in_session(started.pid)) > children)
            assert started.poll() is None
        finally:
            started.kill()
    try:
        assert eventually(lambda: not in_session(started.pid))
    finally:
        for left in in_session(started.pid):
            os.kill(left, signal.SIGKILL)
