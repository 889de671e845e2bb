"""What a query worker may not do, enforced by the kernel. Linux on x86_64 and aarch64; elsewhere ``confine`` says what
is missing, and the guard alone refuses SERVICE."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 2, 1, 1
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT_0 = 0, 4, 16  # offsets in struct seccomp_data
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000

# (AUDIT_ARCH, seccomp(2), clone(2), clone3(2), calls refused). Refused are: every way to a new socket (io_uring
# could make one behind the filter's back), to another program or process, and to other processes' memory or lives.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        317,
        56,
        435,
        {
            "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53, "accept4": 288,
            "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "kill": 62, "tkill": 200, "ptrace": 101,
            "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434, "pidfd_getfd": 438,
            "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
            "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "unshare": 272, "setns": 308, "mount": 165,
        },
    ),
    "aarch64": (
        0xC00000B7,
        277,
        220,
        435,
        {
            "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "accept4": 242,
            "execve": 221, "execveat": 281, "kill": 129, "tkill": 130, "ptrace": 117,
            "process_vm_readv": 270, "process_vm_writev": 271, "pidfd_open": 434, "pidfd_getfd": 438,
            "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
            "bpf": 280, "userfaultfd": 282, "perf_event_open": 241, "unshare": 97, "setns": 268, "mount": 40,
        },
    ),
}  # fmt: skip


def confine(parent: int, memory: int, largest_file: int) -> list[str]:
    """Confine this process for good; returns what this platform could not do (one sentence each).

    It dies with ``parent`` (its process id), holds at most ``memory`` bytes of data, writes no file longer than
    ``largest_file``, leaves no core dump, and can make neither a socket nor a process.
    """
    missing = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    except (OSError, ValueError) as error:
        missing.append(f"memory has no limit: {error}")
    if sys.platform != "linux":
        return [*missing, "no seccomp, no parent-death signal: not Linux"]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the server died before the kernel was told to take us along
        os._exit(1)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        return [*missing, f"no seccomp filter for {platform.machine()}"]
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return [*missing, "no seccomp: PR_SET_NO_NEW_PRIVS was refused"]
    code = _filter(*machine)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    installed = libc.syscall(machine[1], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, program)
    if installed != 0 and libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        missing.append(f"no seccomp: {os.strerror(ctypes.get_errno())}")
    return missing


def limit_cpu(seconds: float) -> None:
    """From now on this process may use ``seconds`` (rounded up) of CPU time before SIGXCPU ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime + seconds) + 1, hard))


def _filter(architecture: int, seccomp: int, clone: int, clone3: int, refused: dict[str, int]) -> bytes:
    """The filter's BPF program."""
    # clone3 passes its flags in memory, where a filter cannot look: without it the C library falls back to clone.
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_JUMP_EQUAL, 0, 1, clone3),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for number in refused.values():
        if number >= 0:
            program += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | errno.EACCES)]
    program += [
        (_JUMP_EQUAL, 0, 3, clone),  # threads are the engine's own; a process is not
        (_LOAD, 0, 0, _ARGUMENT_0),
        (_JUMP_SET, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in program)
