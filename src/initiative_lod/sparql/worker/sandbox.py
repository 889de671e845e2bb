"""Sandbox of a query worker, enforced by the kernel: an allow-list of system calls (seccomp), and of files (Landlock).

Linux on x86_64 and aarch64; elsewhere, and on a kernel without Landlock, ``confine`` says what is missing, and the
guard alone refuses SERVICE. The tables are our own and not a library's: libseccomp is no Python package, and a worker
whose machine lacks it would run without a filter.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import resource
import struct
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from initiative_lod.child_process import end_with

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 15, 16, 0x53564D41
_SECCOMP_MODE_FILTER, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 2, 1, 1
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000
_CLONE_THREAD, _CLONE_NAMESPACES = 0x00010000, 0x7E020000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_O_TMPFILE = 0x00400000  # without O_DIRECTORY, which os.O_TMPFILE has as well and plain reading may use
_PROT_WRITE, _PROT_EXEC, _MAP_SHARED, _MAP_ANONYMOUS, _MAP_GROWSDOWN = 2, 4, 1, 0x20, 0x100
#: What madvise may do: say how memory is read, give it back, keep it out of dumps, guard it. Others poison pages of the
#: machine's (for who is root), or join pages of equal content, by which one process tells what another has.
_MADVICE = (0, 1, 2, 3, 4, 8, 14, 15, 16, 17, 102, 103)
_FIOCLEX, _FIONCLEX, _TCGETS = 0x5451, 0x5450, 0x5401

#: By system call: its number on x86_64 and on aarch64 (None: not there). What is not in the table is refused (EPERM):
#: every way to a new socket, program or process, to other processes' memory, files or lives, and to a file's name.
SYSTEM_CALLS: dict[str, tuple[int | None, int | None]] = {
    # memory
    "brk": (12, 214), "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233),
    "mprotect": (10, 226), "mincore": (27, 232), "membarrier": (324, 283),
    # files: opened for reading, or without a name (see _conditions), read, written, closed
    "open": (2, None), "openat": (257, 56), "close": (3, 57), "read": (0, 63), "readv": (19, 65), "pread64": (17, 67),
    "preadv": (295, 69), "write": (1, 64), "writev": (20, 66), "pwrite64": (18, 68), "pwritev": (296, 70),
    "lseek": (8, 62), "stat": (4, None), "fstat": (5, 80), "lstat": (6, None), "newfstatat": (262, 79),
    "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44), "access": (21, None), "faccessat": (269, 48),
    "faccessat2": (439, 439), "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61),
    "getcwd": (79, 17), "fcntl": (72, 25), "ioctl": (16, 29), "dup": (32, 23), "dup3": (292, 24),
    "ftruncate": (77, 46), "fallocate": (285, 47), "fadvise64": (221, 223), "readahead": (187, 213),
    "memfd_create": (319, 279),
    # the socket that it has
    "recvfrom": (45, 207), "recvmsg": (47, 212), "sendto": (44, 206), "sendmsg": (46, 211), "shutdown": (48, 210),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    # threads, signals of its own, time
    "clone": (56, 220), "futex": (202, 98), "set_robust_list": (273, 99), "rseq": (334, 293), "gettid": (186, 178),
    "set_tid_address": (218, 96), "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "exit": (60, 93),
    "exit_group": (231, 94), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128), "tgkill": (234, 131), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "gettimeofday": (96, 169),
    "time": (201, None),
    # what it is told about itself
    "getpid": (39, 172), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176),
    "getegid": (108, 177), "uname": (63, 160), "sysinfo": (99, 179), "getrusage": (98, 165), "getrandom": (318, 278),
    "getrlimit": (97, 163), "prlimit64": (302, 261), "prctl": (157, 167),
}  # fmt: skip
#: Refused as if the kernel did not know it: the C library then takes ``clone``, whose flags a filter can see.
_UNKNOWN: dict[str, tuple[int | None, int | None]] = {"clone3": (435, 435)}
_MACHINES = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}  # column, AUDIT_ARCH, seccomp(2)

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on both machines
_LANDLOCK_VERSION, _LANDLOCK_PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR, _WRITE_FILE, _MAKE_REG, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 8, 1 << 14
#: Rights that Landlock withholds, by the version from which the kernel knows them: files, network, signals and sockets.
_FILES = {1: 0x1FFF, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_NETWORK = {4: 0b11}
_SCOPES = {6: 0b11}


#: Of address space beyond the data: code, files that are mapped, stacks.
_BESIDE_DATA_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of a confined process: bytes of data and of one file, folders to read, one for unnamed files."""

    memory: int
    largest_file: int
    readable: tuple[str, ...] = ()
    spool: str = ""


def confine(parent: int, bounds: Bounds) -> list[str]:
    """Confine this process for good; returns what this platform could not do (one sentence each).

    It dies with ``parent`` (its process id), keeps within ``bounds``, leaves no core dump, makes no socket, process,
    named file or lock, reads nothing but ``bounds.readable`` and what Python itself consists of, and runs nothing that
    it could have written.
    """
    missing = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.largest_file, bounds.largest_file))
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (bounds.memory, bounds.memory))
        # Memory that is only mapped counts as no data, and its page tables take some all the same.
        space = bounds.memory + _BESIDE_DATA_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
    except (OSError, ValueError) as error:
        missing.append(f"memory has no limit: {error}")
    if sys.platform != "linux":
        return [*missing, "no seccomp, no Landlock, no parent-death signal: not Linux"]
    libc = ctypes.CDLL(None, use_errno=True)
    end_with(parent)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        return [*missing, f"no seccomp filter for {platform.machine()}"]
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return [*missing, "no seccomp: PR_SET_NO_NEW_PRIVS was refused"]
    missing += _restrict_files(libc, bounds)
    column, architecture, seccomp = machine
    code = _filter(column, architecture, os.getpid(), in_memory=not _has_unnamed_files(bounds.spool))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    installed = libc.syscall(seccomp, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, program)
    if installed != 0 and libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        missing.append(f"no seccomp: {os.strerror(ctypes.get_errno())}")
    return missing


def limit_cpu(seconds: float, before: int = 0) -> int:
    """From now on this process may use ``seconds`` of CPU time before SIGXCPU ends it: to the limit that is returned,
    a whole second of its life. Where that is the one that was set ``before``, nothing is done.
    """
    limit = int(time.process_time() + seconds) + 1
    if limit != before:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
    return limit


def _has_unnamed_files(folder: str) -> bool:
    """Tell whether ``folder`` is on a file system that has files without a name."""
    try:
        os.close(os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600))
    except OSError:
        return False
    return True


def _restrict_files(libc: ctypes.CDLL, bounds: Bounds) -> list[str]:
    """Withhold every file but those that the process needs; one sentence when the kernel has no Landlock."""
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)
    if version < 1:
        return ["no Landlock: this kernel cannot withhold files from a worker, which may read what the server may read"]

    def known(rights: dict[int, int]) -> int:
        return sum(bits for since, bits in rights.items() if since <= version)

    withheld = struct.pack("QQQ", known(_FILES), known(_NETWORK), known(_SCOPES))
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = libc.syscall(_LANDLOCK_CREATE, withheld[:size], size, 0)
    if rules < 0:
        return [f"no Landlock: {os.strerror(ctypes.get_errno())}"]
    try:
        readable = {Path(path) for path in _python_paths() if Path(path).exists()}
        # A release folder that is not there yet is read as soon as it is: by what is there above it.
        readable |= {
            next(place for place in (Path(path), *Path(path).parents) if place.exists()) for path in bounds.readable
        }
        for place in sorted(readable):
            _grant(libc, rules, place, _READ_FILE | (_READ_DIR if place.is_dir() else 0))
        if bounds.spool:
            # To write only: what can be read again can be mapped and run, and a temporary folder has others' files.
            _grant(libc, rules, Path(bounds.spool), (_WRITE_FILE | _MAKE_REG | _TRUNCATE) & known(_FILES))
        if libc.syscall(_LANDLOCK_RESTRICT, rules, 0) != 0:
            return [f"no Landlock: {os.strerror(ctypes.get_errno())}"]
    finally:
        os.close(rules)
    return []


def _grant(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if libc.syscall(_LANDLOCK_ADD, rules, _LANDLOCK_PATH_BENEATH, struct.pack("=Qi", rights, beneath), 0) != 0:
            raise OSError(ctypes.get_errno(), "Landlock refuses a rule", str(path))
    finally:
        os.close(beneath)


def _python_paths() -> Iterable[str]:
    """Folders of code, shared libraries and time zones. ``/proc/self`` would show the server's connections."""
    yield from (sys.prefix, sys.base_prefix, sys.exec_prefix, *(path for path in sys.path if path))
    yield from ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/usr/share/zoneinfo")
    yield from ("/dev/null", "/dev/urandom")
    yield from (path for path in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if path)


_Step = tuple[int, int, int, int]


def _refuse(error: int) -> _Step:
    return (_RETURN, 0, 0, _ERRNO | error)


_PERMIT: _Step = (_RETURN, 0, 0, _ALLOW)


def _argument(number: int) -> _Step:
    """Load the lower half of an argument: flags, protections and process ids are no longer."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * number)


def _upper(number: int) -> _Step:
    """Load the upper half of an argument, which addresses have."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * number + 4)


def _conditions(own: int, in_memory: bool) -> dict[str, list[_Step]]:
    """For calls that are allowed by their arguments: what decides, ending in every case in a return."""
    return {
        "clone": [
            _argument(0), (_JUMP_SET, 0, 1, _CLONE_THREAD),
            (_JUMP_SET, 0, 1, _CLONE_NAMESPACES),
            _refuse(errno.EPERM), _PERMIT,
        ],
        "open": _unnamed(1),
        "openat": _unnamed(2),
        # Memory is for writing or for running, and what is run comes from a file, of which none that is written is
        # read. Memory that processes share would not count as data, which is limited, nor would a stack that grows.
        "mmap": [
            _argument(2), (_JUMP_SET, 0, 3, _PROT_EXEC),
            (_JUMP_SET, 6, 0, _PROT_WRITE),
            _argument(3), (_JUMP_SET, 4, 5, _MAP_ANONYMOUS),
            _argument(3), (_JUMP_SET, 2, 0, _MAP_GROWSDOWN),
            (_JUMP_SET, 0, 2, _MAP_ANONYMOUS),
            (_JUMP_SET, 0, 1, _MAP_SHARED),
            _refuse(errno.EPERM), _PERMIT,
        ],
        "madvise": _one_of(2, *_MADVICE),
        "mprotect": [_argument(2), (_JUMP_SET, 0, 1, _PROT_EXEC), _refuse(errno.EPERM), _PERMIT],
        # A file in memory counts as no data either, and is read and written: only where a result has no other place.
        "memfd_create": [_PERMIT if in_memory else _refuse(errno.EPERM)],
        # No locks, which would keep writers and readers of releases out, and no owner, who would get a file's signals.
        "fcntl": _one_of(
            1, fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL
        ),
        "tgkill": _one_of(0, own),
        # Limits are only read, but for that of time. (Who is root could raise the others.)
        "prlimit64": [
            _argument(0), (_JUMP_EQUAL, 1, 0, 0), (_JUMP_EQUAL, 0, 6, own),
            _argument(1), (_JUMP_EQUAL, 5, 0, resource.RLIMIT_CPU),
            _argument(2), (_JUMP_EQUAL, 0, 2, 0), _upper(2), (_JUMP_EQUAL, 1, 0, 0),
            _refuse(errno.EPERM), _PERMIT,
        ],
        "prctl": _one_of(0, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA),
        "ioctl": _one_of(1, _FIOCLEX, _FIONCLEX, _TCGETS),
    }  # fmt: skip


def _unnamed(flags: int) -> list[_Step]:
    """A file may be opened for reading, or made without a name and written; ``flags`` is the argument that says so."""
    return [
        _argument(flags),
        (_JUMP_SET, 0, 3, _WRITES),
        (_JUMP_SET, 1, 0, os.O_RDWR),
        (_JUMP_SET, 1, 0, _O_TMPFILE),
        _refuse(errno.EACCES),
        _PERMIT,
    ]


def _one_of(argument: int, *values: int) -> list[_Step]:
    """The argument has to be one of the values."""
    tests = [(_JUMP_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [_argument(argument), *tests, _refuse(errno.EPERM), _PERMIT]


def _filter(column: int, architecture: int, own: int, in_memory: bool) -> bytes:
    """The filter's BPF program for the process ``own``, with files ``in_memory`` or without."""
    program: list[_Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        _refuse(errno.ENOSYS),
    ]
    conditions = _conditions(own, in_memory)
    steps = {name: conditions.get(name, [_PERMIT]) for name in SYSTEM_CALLS}
    steps |= {name: [_refuse(errno.ENOSYS)] for name in _UNKNOWN}
    for name, numbers in {**SYSTEM_CALLS, **_UNKNOWN}.items():
        number = numbers[column]
        if number is not None:
            program += [(_JUMP_EQUAL, 0, len(steps[name]), number), *steps[name]]
    program.append(_refuse(errno.EPERM))
    return b"".join(struct.pack("=HBBI", *step) for step in program)
