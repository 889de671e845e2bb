"""What the kernel refuses to a confined process, whatever runs in it."""

from __future__ import annotations

import errno
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from initiative_lod.sparql.worker import sandbox
from patience import SECONDS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the filter is for Linux on x86_64 and aarch64",
)

#: Calls that the sandbox does not know, by machine (x86_64, aarch64), for those who try them.
NUMBERS = {
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "kill": (62, 129),
    "tkill": (200, 130),
    "pidfd_open": (434, 434),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "ptrace": (101, 117),
    "process_vm_writev": (311, 271),
    "linkat": (265, 37),
    "pkey_mprotect": (329, 288),
    "openat2": (437, 437),
    "personality": (135, 92),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "pidfd_getfd": (438, 438),
    "process_vm_readv": (310, 270),
    "process_madvise": (440, 440),
    "shmget": (29, 194),
    "mq_open": (240, 180),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "seccomp": (317, 277),
    "sched_setaffinity": (203, 122),
    "setpriority": (141, 140),
    "flock": (73, 32),
}

CONFINED = """
NUMBERS = %r
import ctypes, os, sys, threading
from initiative_lod.sparql.worker import sandbox
import pyoxigraph
spool = __import__('tempfile').gettempdir()
missing = sandbox.confine(int(sys.argv[1]), sandbox.Bounds(512 << 20, 1 << 20, (), spool))
assert not [item for item in missing if "Landlock" not in item], missing
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    column = sandbox._MACHINES[__import__('platform').machine()][0]
    number = NUMBERS.get(name) or sandbox.SYSTEM_CALLS[name]
    result = libc.syscall(number[column], *arguments)
    print(name, result, ctypes.get_errno())
def unnamed():
    f = os.open(spool, os.O_WRONLY | os.O_TMPFILE, 0o600)
    os.write(f, bytes(4096))
    return f
{}
""".replace("%r", repr(NUMBERS).replace("{", "{{").replace("}", "}}"))


def run(code: str, parent: int | None = None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", CONFINED.format(code), str(os.getpid() if parent is None else parent), *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=environment,
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import socket; socket.socketpair()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "import subprocess; subprocess.run(['true'])",
        "open(spool + '/planted', 'w')",
        "os.open(spool, os.O_RDWR | os.O_CREAT, 0o600)",
        "open('/proc/%d/mem' % os.getppid(), 'r+b')",
        "open(__file__ if '__file__' in globals() else os.__file__, 'a')",
        "os.rename(os.__file__, os.__file__ + '.old')",
        "os.unlink(os.__file__)",
        "os.symlink('/etc/passwd', spool + '/link')",
        "os.mkdir(spool + '/folder')",
        "os.chmod(os.__file__, 0o777)",
        "os.truncate(os.__file__, 0)",
        "os.link(os.__file__, spool + '/hard')",
        "import resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
        "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
        "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
        "import mmap; mmap.mmap(-1, 4096)",  # shared: no limit would count it
        "os.memfd_create('x')",
        "os.open(spool, os.O_RDWR | os.O_TMPFILE)",
        "import mmap; f = unnamed(); mmap.mmap(f, 4096, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
        "import fcntl; fcntl.flock(os.open(sys.prefix, os.O_RDONLY), fcntl.LOCK_SH)",
        "import fcntl; fcntl.lockf(unnamed(), fcntl.LOCK_EX)",
        "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())",
        "import fcntl; fcntl.fcntl(0, 15, b'\\2' + bytes(7))",  # F_SETOWN_EX
        "import fcntl; fcntl.fcntl(0, 10, 9)",  # F_SETSIG
        "import fcntl; fcntl.fcntl(0, fcntl.F_NOTIFY, 1)",
    ],
)
def test_refused(attempt: str) -> None:
    done = run(attempt)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize(
    "attempt",
    [
        "call('tgkill', os.getppid(), os.getppid(), 0)",
        "call('kill', os.getppid(), 0)",
        "call('tkill', os.getppid(), 0)",
        "call('rt_sigqueueinfo', os.getppid(), 0, ctypes.create_string_buffer(128))",
        "call('rt_tgsigqueueinfo', os.getppid(), os.getppid(), 0, ctypes.create_string_buffer(128))",
        "call('pidfd_open', os.getppid(), 0)",
        "call('ptrace', 16, os.getppid(), 0, 0)",
        "call('process_vm_writev', os.getppid(), 0, 0, 0, 0, 0)",
        "call('prctl', 1, 0, 0, 0, 0)",
        "call('prctl', 4, 1, 0, 0, 0)",
        "call('prlimit64', os.getppid(), 7, 0, ctypes.create_string_buffer(16))",
        "call('prlimit64', 0, 2, ctypes.create_string_buffer(16), 0)",  # of data, its own: who is root could raise it
        "call('add_key', b'user', b'name', b'value', 5, -3)",
        "call('keyctl', 0, -3, 1)",
        "call('io_uring_setup', 8, 0)",
        "call('bpf', 0, 0, 0)",
        "call('personality', 0x0400000)",
        "call('openat2', -100, b'/etc/passwd', ctypes.create_string_buffer(24), 24)",
        "f = unnamed(); call('linkat', f, b'', -100, (spool + '/x').encode(), 0x1000)",
        "call('pkey_mprotect', 0, 4096, 7, -1)",
        "call('mprotect', 0, 4096, 4)",
        "call('clone', 0, 0, 0, 0, 0)",
        "call('clone', 0x40010f00, 0, 0, 0, 0)",  # a thread in a network of its own
        "call('memfd_create', b'x', 0)",
        "call('userfaultfd', 0)",
        "call('pidfd_getfd', 0, 0, 0)",
        "call('process_vm_readv', os.getppid(), 0, 0, 0, 0, 0)",
        "call('process_madvise', 0, 0, 0, 0, 0)",
        "call('shmget', 0, 4096, 0o1600)",
        "call('mq_open', b'/x', 0o102, 0o600, 0)",
        "call('unshare', 0x10000000)",
        "call('setns', 0, 0)",
        "call('mount_setattr', 0, b'', 0, 0, 0)",
        "call('open_by_handle_at', 0, 0, 0)",
        "call('perf_event_open', 0, 0, -1, -1, 0)",
        "call('seccomp', 0, 0, 0)",
        "call('fcntl', 0, 8, os.getppid())",
        "call('sched_setaffinity', os.getppid(), 8, bytes(8))",
        "call('setpriority', 0, os.getppid(), 19)",
        "call('flock', 0, 1)",
        "call('ioctl', 0, 0x5412, b'x')",
        "call('madvise', 0, 4096, 12)",  # its pages joined with those of others that have the same content
        "call('madvise', 0, 4096, 100)",  # a page of the machine's poisoned, by who is root
        "call('mmap', 0, 4096, 3, 0x122, -1, 0)",  # a stack that grows: no limit of data counts it
    ],
)
def test_a_system_call_is_refused(attempt: str) -> None:
    done = run(attempt)
    name, result, error = done.stdout.split()
    assert name in attempt
    assert (result, int(error) in (errno.EPERM, errno.EACCES)) == ("-1", True), done


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/proc/1/environ",
        "/root",
        "/proc/sys/kernel/hostname",
        "/home",
        "/proc/self/net/tcp",
        "/proc/self/root/etc/passwd",
        "/proc/thread-self/maps",
    ],
)
def test_other_files_are_not_even_read(path: str) -> None:
    if Path(path).exists() is False:
        pytest.skip(f"{path} is not here")
    done = run(f"print(missing); os.listdir({path!r}) if os.path.isdir({path!r}) else open({path!r}).read(1)")
    if "Landlock" in done.stdout:
        pytest.skip("this kernel has no Landlock")
    assert "PermissionError" in done.stderr, done


@pytest.mark.parametrize(
    "attempt",
    [
        "os.open('/proc/self/fd/%d' % unnamed(), os.O_RDONLY)",  # to be mapped, and run
        "open(sys.argv[2]).read(1)",
    ],
)
def test_what_lies_in_the_temporary_folder_is_not_read(attempt: str) -> None:
    """Others' files there, or its own: what a worker has written it cannot have back."""
    with tempfile.NamedTemporaryFile() as others:
        done = run(f"print(missing); {attempt}", None, others.name)
    if "Landlock" in done.stdout:
        pytest.skip("this kernel has no Landlock")
    assert "PermissionError" in done.stderr, done


@pytest.mark.parametrize(("column", "header"), [(0, "x86_64-linux-gnu/asm/unistd_64.h"), (1, "asm-generic/unistd.h")])
def test_the_numbers_are_the_kernels(column: int, header: str) -> None:
    path = Path("/usr/include") / header
    if not path.is_file():
        pytest.skip(f"the kernel's header {path} is not on this machine")
    defined = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text("ascii")))
    defined.setdefault("newfstatat", defined.get("fstatat", ""))
    table = {**sandbox.SYSTEM_CALLS, **sandbox._UNKNOWN, **NUMBERS}
    wrong = {
        name: numbers[column] for name, numbers in table.items() if str(numbers[column]) != defined.get(name, "None")
    }
    assert wrong == {}


def test_threads_and_files_are_not() -> None:
    done = run(
        "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
        "from initiative_lod.sparql.worker.output import _unnamed_file\n"
        "f = _unnamed_file(spool); f.write(b'a' * 1000); print('file')"
    )
    assert done.stdout.split() == ["thread", "file"], done.stderr


def test_calls_that_nobody_has_thought_of_are_refused() -> None:
    """All numbers that no table has, those to come as well, and those of another machine's calls.

    But for two of the kernel's own, of its trampolines for probes, which no filter is asked about: whoever calls them
    from elsewhere is ended.
    """
    done = run(
        "known = {n for numbers in (*sandbox.SYSTEM_CALLS.values(), *sandbox._UNKNOWN.values()) for n in numbers}\n"
        "through = []\n"
        "for number in [*({*range(1024)} - {335, 336}), 2**31, 2**32 - 1]:\n"
        "    result = libc.syscall(number, 0, 0, 0, 0, 0, 0) if number not in known else -1\n"
        "    if result != -1 or ctypes.get_errno() not in (0, 1, 38): through.append(number)\n"
        "print(through)"
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done


def test_what_is_only_mapped_has_a_limit_too() -> None:
    """It is no data, and a page table is made for what is looked at of it."""
    done = run("import mmap; mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)")
    assert "Cannot allocate memory" in done.stderr, done


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86_64 alone has them")
def test_calls_of_another_machine_end_the_process() -> None:
    """By ``int 0x80``, from code that was there before: it cannot be made afterwards."""
    code = "b8 14 00 00 00 cd 80 c3"  # getpid
    before = (
        "import mmap; code = mmap.mmap(-1, 4096, prot=7); "
        f"code.write(bytes.fromhex('{code}')); import ctypes; "
        "pid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))\n"
    )
    program = before + CONFINED.format("pid()")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    line = [sys.executable, "-c", program, str(os.getpid())]
    done = subprocess.run(line, capture_output=True, timeout=SECONDS, check=False, env=environment)
    assert done.returncode == -signal.SIGSYS, done


@pytest.mark.thorough
def test_limits() -> None:
    code = "f = os.fdopen(unnamed(), 'wb')\nfor _ in range(40): f.write(b'a' * 100_000)"
    assert "File too large" in run(code).stderr
    assert "MemoryError" in run("a = bytearray(600 << 20)").stderr
    assert run("print(os.sysconf('SC_PAGESIZE'), __import__('resource').getrlimit(4))").stdout.endswith("(0, 0)\n")
    spinning = run("sandbox.limit_cpu(0.5)\nwhile True: pass")
    assert spinning.returncode == -24  # SIGXCPU
    again = run(
        "first = sandbox.limit_cpu(1.0)\n"
        "assert sandbox.limit_cpu(1.0, first) == first == __import__('resource').getrlimit(0)[0]\n"
        "while __import__('time').process_time() < 1.2: pass\n"  # of a second job what the first took is not taken
        "later = sandbox.limit_cpu(1.0, first)\n"
        "print(later - first, __import__('resource').getrlimit(0)[0] - later)"
    )
    assert again.stdout.split() == ["1", "0"], again.stderr


def test_numbers_of_another_way_to_call_are_unknown() -> None:
    """``x32``: the same calls under other numbers."""
    if platform.machine() != "x86_64":
        pytest.skip("x86_64 alone has them")
    done = run("print(libc.syscall(0x40000000 | 41, 1, 1, 0), ctypes.get_errno())")
    assert done.stdout.split() == ["-1", str(errno.ENOSYS)]


def test_another_parent_than_it_was_told_means_that_the_server_is_dead() -> None:
    done = run("print('alive')", parent=1)
    assert (done.returncode, done.stdout) == (1, "")


def test_the_engine_itself_cannot_call_out() -> None:
    """Were the guard to miss a SERVICE clause, this is what would happen."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        query = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        done = run(f"list(pyoxigraph.Store().query({query!r}))")
        assert done.returncode == 1
        assert "Error" in done.stderr
        silent = run(f"print(len(list(pyoxigraph.Store().query({query.replace('SERVICE', 'SERVICE SILENT')!r}))))")
        assert silent.stdout == "1\n"
        with pytest.raises(BlockingIOError):
            listener.accept()
