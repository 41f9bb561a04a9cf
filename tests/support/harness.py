"""What functional tests share: a local cluster of their own, started and removed by ./up, and the command line against it.

Run as root, tests of the directory backend drop to a plain user first, since that is what they promise. Every test has its own home,
its own state and its own ports; everything is removed at its end, also when it fails.
"""

import functools
import json
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PLAIN_USER = 65534  # nobody
STEP_SECONDS = 240  # a bound on what a single command may take; not a wait


def binaries():
    """The folder of the programs under test."""
    return Path(os.environ.get("DROVER_BIN") or CHECKOUT / "build" / "bin").resolve()


class Home:
    """A user's home and a checkout as that user finds it: `up`, `resources`, `README.md`, `docs`, `proto` and `build/bin`."""

    def __init__(self, plain):
        self.user = PLAIN_USER if plain and os.geteuid() == 0 else None
        self.path = Path(tempfile.mkdtemp(prefix="drover-"))
        self.path.chmod(0o755)
        self.checkout = self.path / "drover"
        self.checkout.mkdir()
        (self.checkout / "build").mkdir()
        if self.user is not None:
            os.chown(self.path, self.user, self.user)
        place = os.symlink if self._readable(CHECKOUT) and self._readable(binaries()) else copy
        for name in ("up", "resources", "README.md", "docs", "proto"):
            place(CHECKOUT / name, self.checkout / name)
        place(binaries(), self.checkout / "build" / "bin")

    def environment(self, more=None):
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("DROVER_", "XDG_")) and k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        path = f"{self.checkout}/build/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {**keep, "HOME": str(self.path), "PATH": path, "DROVER_BIN": f"{self.checkout}/build/bin", "DROVER_ANY_PORTS": "1",
                "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **(more or {})}

    def popen(self, command, environment=None, **options):
        command = [str(c) for c in command]
        if self.user is not None:
            command = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "--"] + command
        return subprocess.Popen(command, cwd=options.pop("cwd", self.checkout), env=self.environment(environment), text=True,
                                start_new_session=True, stdin=options.pop("stdin", subprocess.DEVNULL), **options)

    def run(self, command, environment=None, **options):
        """Runs a command to its end; returns CompletedProcess with both outputs."""
        seconds = options.pop("timeout", STEP_SECONDS)
        process = self.popen(command, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with its children, that hold the pipes open
            out, err = process.communicate()
            err += f"\n[ended by the test after {seconds} s]"
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def remove(self):
        make_writable(self.path)
        shutil.rmtree(self.path)

    def _readable(self, path):
        if self.user is None:
            return True
        return subprocess.run(["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "--", "test", "-r", str(path),
                               "-a", "-x", str(path)], check=False).returncode == 0


class ClusterTest(unittest.TestCase):
    """A test with a cluster of its own. Subclasses set `backend`; `loopback` is skipped without root."""

    backend = "directory"
    nodes = 3

    def setUp(self):
        if self.backend == "loopback":
            need_loop_devices(self)
        self.home = self.make_home()
        self.addCleanup(self._tidy)
        self.states = [None]  # None: the user's own cluster

    def make_home(self):
        return Home(plain=self.backend == "directory")

    def _tidy(self):
        # A failed test says what the programs said, before it goes.
        failed = not self._outcome.success
        for state in self.states:
            if failed:
                self._show_logs(self.state_folder(state))
            self.up("--clean", state=state, expect=None)
        self.home.remove()

    def _show_logs(self, folder):
        for log in sorted((folder / "log").glob("*.log")):
            print(f"--- {log}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-40:]), file=sys.stderr)

    def state_folder(self, state=None):
        return self.home.path / (state or ".local/share/drover/local")

    def up(self, *arguments, state=None, expect=0, environment=None):
        """./up with these arguments, for the user's own cluster or one with a state folder below home. Returns its output."""
        command = ["./up", "--no-console", *arguments]
        if state is not None:
            command += ["--state", self.state_folder(state)]
            if state not in self.states:
                self.states.append(state)
        done = self.home.run(command, environment)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def start(self, state=None, environment=None):
        return self.up("--backend", self.backend, "--nodes", str(self.nodes), state=state, environment=environment)

    def drover(self, *arguments, expect=0, state=None, environment=None):
        """The command line; returns CompletedProcess. `expect` is the exit code, None for any."""
        environment = dict(environment or {})
        if state is not None:
            environment["DROVER_CONFIG"] = str(self.state_folder(state) / "config")
        done = self.home.run(["drover", *arguments], environment)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"drover {' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.drover(*arguments, "--output", "json", **options).stdout)

    def mount(self, node, dataset, state=None):
        return self.state_folder(state) / "nodes" / node / "mnt" / dataset

    def shell(self, script, **options):
        """A bash script as the test's user; stops at the first error."""
        done = self.home.run(["bash", "-euo", "pipefail", "-c", script], **options)
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def fill(self, folder, megabytes=200):
        """Mixed files, so many megabytes in all: one big, many small, links, a hole, odd modes and times."""
        small = megabytes // 4
        self.shell(f"""cd {folder}
            mkdir -p big small/deep/er 'with space'
            head -c {megabytes - small}M /dev/urandom > big/blob
            head -c {small}M /dev/urandom | split -a 4 -b 97K - small/f
            ln -s ../big/blob small/deep/link; ln big/blob 'with space/hard'
            truncate -s 64M hole; echo end >> hole
            printf 'x' > small/deep/er/$'n\\u00e4me'; : > empty
            chmod 0640 hole; chmod 0750 small; touch -d '2001-02-03 04:05:06.789' empty""")

    def fingerprint(self, folder):
        """Every path with its kind, mode, time, link target and checksum, as one text; equal texts are equal trees. The folder's own
        entry and `lost+found` are left out."""
        return self.shell(f"""cd {folder}
            find . -mindepth 1 -not -path './lost+found*' -not -type d -printf '%P|%y|%m|%T@|%l|%n\\n' | sort
            find . -mindepth 1 -not -path './lost+found*' -type d -printf '%P|%m\\n' | sort
            find . -type f -print0 | sort -z | xargs -0 sha256sum""")

    def running(self, name):
        """(pid, command) of a program of the user's own cluster; the command starts it again, where it is found and as it is."""
        pid = find_program(self.state_folder() / "run" / f"{name}.ready")
        self.assertIsNotNone(pid, f"{name} does not run")
        command = [os.fsdecode(a) for a in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]
        if name == "control":
            endpoints = json.loads((self.state_folder() / "cluster.json").read_text())["endpoints"]
            for option, port in (("--listen", "requests"), ("--events", "events")):
                command[command.index(option) + 1] = endpoints[port]
            if "--init" in command:
                at = command.index("--init")  # --init --cluster-name NAME
                del command[at:at + 3]
        return pid, command

    def kill9(self, name, state=None):
        """kill -9 of one program of the cluster: `control`, `n1`, ..."""
        found = find_program(self.state_folder(state) / "run" / f"{name}.ready")
        self.assertIsNotNone(found, f"{name} does not run")
        pidfd = os.pidfd_open(found)
        try:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            signal_end(pidfd)
        finally:
            os.close(pidfd)


def find_program(ready_file):
    """The pid of the program that was given this ready-file; None if it does not run."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX" and any(a == b"--ready-file" and b == os.fsencode(ready_file) for a, b in zip(arguments, arguments[1:])):
            return int(entry.name)
    return None


def look_again_soon():
    """The pause between two looks at what tells nobody that it changed: disks, and programs that are not there to tell."""
    select.select([], [], [], 0.05)


def signal_end(pidfd, seconds=30):
    """Waits until the process is gone."""
    if not select.select([pidfd], [], [], seconds)[0]:
        raise AssertionError("a process did not end")


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def make_writable(folder):
    for path, folders, _ in os.walk(folder):
        for name in folders:
            entry = os.path.join(path, name)
            if not os.path.islink(entry) and stat.S_IMODE(os.lstat(entry).st_mode) & 0o700 != 0o700:
                os.chmod(entry, 0o700)


@functools.cache
def loop_devices_problem():
    """Why this machine cannot run tests of the loopback backend; empty if it can."""
    if os.geteuid() != 0:
        return "needs root"
    with tempfile.NamedTemporaryFile() as image:
        image.truncate(1 << 20)
        done = subprocess.run(["losetup", "--find", "--show", image.name], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"no loop devices: {done.stderr.strip()}"
        subprocess.run(["losetup", "-d", done.stdout.strip()], check=False)
    return ""


def skip_loudly(test, problem):
    """Skips the test, so that nobody takes it for tried. Continuous integration has to have what it needs: there it fails."""
    if os.environ.get("CI"):
        test.fail(f"not possible here, and this is CI: {problem}")
    say_loudly(f"{test.id()} is skipped: {problem}")
    test.skipTest(problem)


def say_loudly(text):
    print(f"\n**** {text} ****\n", file=sys.stderr, flush=True)


def need_loop_devices(test):
    problem = loop_devices_problem()
    if problem:
        skip_loudly(test, problem)


SKIPPED = 77  # exit code that CTest shows as skipped


class TooLong(BaseException):
    """The test was told to end; not an Exception, so that nothing on the way takes it for its own."""


def _end(number, _frame):
    raise TooLong(f"ended by signal {number}: too long, or asked to")


def main():
    """unittest.main, with the exit code 77 when every test was skipped. Ends itself, and what it started, before CTest would kill it
    and leave its clusters behind."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(int(os.environ.get("DROVER_TEST_SECONDS", "0")))
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if result.wasSuccessful() and result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(SKIPPED)
    sys.exit(0 if result.wasSuccessful() else 1)
