"""Programs of a local cluster: found, started, waited for, stopped.

A running program is found by looking for it: its executable's name and the ready-file that it was given, which no other cluster
has. There are no pid files that could be stale, and a signal goes through a pidfd that was checked after it was opened, so that it
never reaches a process which merely has the same number.
"""

import ctypes
import os
import select
import signal
import struct
import subprocess
import time
from pathlib import Path


class Failure(Exception):
    """What went wrong, in one line for a person."""


class Program:
    """One program of a cluster, running or not.

    name: how people call it (`control`, `n1`). ready: the file that it writes when it is ready. log: where its output goes.
    """

    def __init__(self, name, executable, arguments, ready, log):
        self.name = name
        self.executable = Path(executable)
        self.ready = Path(ready)
        self.log = Path(log)
        self.arguments = [str(a) for a in arguments] + ["--ready-file", str(ready)]

    def find(self):
        """The pid of the running program, or None. A zombie is not running."""
        for entry in os.listdir("/proc"):
            if entry.isdigit() and self._is(int(entry)):
                return int(entry)
        return None

    def outdated(self, pid):
        """Was the program built anew since this process started?"""
        try:
            return os.readlink(f"/proc/{pid}/exe").endswith(" (deleted)")
        except OSError:
            return False

    def start(self, seconds=60):
        """Starts it and waits until it is ready. Failure: it ended, or took too long; the log says why."""
        self.ready.unlink(missing_ok=True)
        watch = FolderWatch(self.ready.parent)
        try:
            with open(self.log, "ab") as log:
                child = subprocess.Popen([str(self.executable)] + self.arguments, stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log, start_new_session=True, cwd="/")
            pidfd = os.pidfd_open(child.pid)
            try:
                deadline = time.monotonic() + seconds
                while not self.ready.exists():
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise Failure(f"{self.name} was not ready after {seconds} s; see {self.log}")
                    if pidfd in watch.wait(pidfd, left) and not self.ready.exists():
                        raise Failure(f"{self.name} ended at its start: {self.last_words()} (see {self.log})")
            finally:
                os.close(pidfd)
        finally:
            watch.close()
        return child.pid

    def stop(self, seconds=20):
        """Asks it to end and waits; kills it when it does not. True if it was running."""
        pid = self.find()
        if pid is None:
            return False
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            if not self._is(pid):  # the number went to somebody else before the pidfd was open
                return False
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    signal.pidfd_send_signal(pidfd, number)
                except ProcessLookupError:
                    break
                if select.select([pidfd], [], [], seconds)[0]:
                    break
            else:
                raise Failure(f"{self.name} (pid {pid}) does not end, not even when killed")
        finally:
            os.close(pidfd)
        return True

    def last_words(self):
        """The last line of its log that is not a mere hint (those are indented)."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        return next((line for line in reversed(lines) if line and not line[0].isspace()), "it said nothing")

    def _is(self, pid):
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            marked = any(a == b"--ready-file" and b == os.fsencode(self.ready) for a, b in zip(arguments, arguments[1:]))
            if not marked:
                return False
            executable = os.readlink(f"/proc/{pid}/exe")
            if executable.endswith(" (deleted)"):  # built anew; a linker may have renamed it before (mold does)
                executable = os.fsdecode(arguments[0])
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:  # gone, or somebody else's
            return False
        return os.path.basename(executable) == self.executable.name and state not in "ZX"


def first_to_end(programs, child):
    """Waits until the child ends (None), or one of the programs does, or does not run at all (that program)."""
    pidfds = {}
    try:
        for program in programs:
            pid = program.find()
            if pid is None:
                return program
            try:
                pidfds[os.pidfd_open(pid)] = program
            except ProcessLookupError:
                return program
        own = os.pidfd_open(child.pid)
        pidfds[own] = None
        ended = select.select(list(pidfds), [], [])[0]
        return None if own in ended else pidfds[ended[0]]
    finally:
        for pidfd in pidfds:
            os.close(pidfd)


class FolderWatch:
    """Tells that files of one folder were written or renamed (inotify(7)); made before the deed that is waited for."""

    _CLOSE_WRITE, _MOVED_TO = 0x8, 0x80

    def __init__(self, folder):
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self._fd < 0 or libc.inotify_add_watch(self._fd, os.fsencode(folder), self._CLOSE_WRITE | self._MOVED_TO) < 0:
            raise Failure(f"cannot watch {folder}: {os.strerror(ctypes.get_errno())}")

    def wait(self, other, seconds):
        """Waits for a change in the folder, for `other` (a file descriptor) to be readable, or for the time to pass; returns the
        descriptors that are."""
        readable, _, _ = select.select([self._fd, other], [], [], seconds)
        if self._fd in readable:
            os.read(self._fd, 64 * struct.calcsize("iIII") + 4096)
        return readable

    def close(self):
        os.close(self._fd)
