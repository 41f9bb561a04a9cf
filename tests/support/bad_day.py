"""What the tests of bad days share: faults that are made and mended, and the pages of docs/operations.

A page has, below a heading, blocks of ```text, what a person sees on that day, and blocks of ```sh, what to type. The test of the day
holds the first against what the programs print, and runs the second. Examples on the pages have their own names for folders; `words`
translates them.
"""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import harness

PATIENCE = 60  # seconds; a bound on what comes by itself, never a wait


class Page:
    def __init__(self, name):
        self._name = name
        self._text = (harness.CHECKOUT / "docs" / "operations" / f"{name}.md").read_text()

    def blocks(self, heading, kind):
        """The fenced blocks of the kind below the heading, up to the next heading."""
        lines = self._text.splitlines()
        starts = [n for n, line in enumerate(lines) if re.fullmatch(rf"#+ {re.escape(heading)}", line)]
        if len(starts) != 1:
            raise AssertionError(f"{self._name}.md has no heading `{heading}`")
        section = "\n".join(lines[starts[0] + 1:])
        section = re.split(r"^#", section, maxsplit=1, flags=re.M)[0]
        found = re.findall(rf"^```{kind}\n(.*?)^```$", section, re.M | re.S)
        if not found:
            raise AssertionError(f"{self._name}.md has no block ```{kind} below `{heading}`")
        return found


def pattern(shown):
    """A block of a page as a pattern: numbers, times and ids may differ, `…` stands for anything, and lines may be wrapped
    elsewhere."""
    text = re.sub(r"\s+", " ", shown.strip())
    parts = re.split(r"(…|\d{4}-\d\d-\d\d[ T][\d:.]+(?: UTC|Z)?|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{8}(?![0-9a-z])|\d+(?:\.\d+)?)", text)
    out = []
    for number, part in enumerate(parts):
        if number % 2 == 0:
            out.append(re.escape(part).replace(r"\ ", r"\s+"))
        else:
            out.append(r".*?" if part == "…" else r"[0-9a-f][0-9a-fA-F:.TZ UC-]*?")
    return re.compile("".join(out), re.S)


class BadDay(harness.ClusterTest):
    def setUp(self):
        if os.geteuid() != 0:
            harness.skip_loudly(self, "bad days need root: small filesystems, namespaces, other clocks")
        super().setUp()

    def make_home(self):
        return harness.Home(plain=False)

    # ---- pages

    def assert_seen(self, page, heading, output, number=0, words=None):
        """What is printed is what the page shows below the heading."""
        shown = Page(page).blocks(heading, "text")[number]
        for word, actual in (words or {}).items():
            output = output.replace(str(actual), word)
        text = re.sub(r"\s+", " ", output)
        if not pattern(shown).search(text):
            self.fail(f"{page}.md, `{heading}`, shows\n{shown}\nbut this is printed\n{output}")

    def until_seen(self, page, heading, produce, number=0, words=None):
        """The same, of what `produce` prints sooner or later."""
        output = ""

        def is_seen():
            nonlocal output
            output = produce()
            try:
                self.assert_seen(page, heading, output, number, words)
            except AssertionError:
                return False
            return True

        self.within(is_seen, lambda: f"`{heading}` of {page}.md in\n{output}")

    def do_as_told(self, page, heading, number=0, words=None, **options):
        """Runs what the page says to type; returns what it printed."""
        script = Page(page).blocks(heading, "sh")[number]
        for word, actual in (words or {}).items():
            script = script.replace(word, str(actual))
        return self.shell(script, **options)

    def show(self, dataset):
        return self.drover("dataset", "show", dataset).stdout

    def within(self, condition, what, seconds=PATIENCE):
        """Looks until the condition holds; returns how long that took."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                self.fail(f"not within {seconds} s: {what() if callable(what) else what}")
            harness.look_again_soon()
        return time.monotonic() - began

    def show_until(self, dataset, *words):
        """What `dataset show` prints, once it has all of the words."""
        shown = ""

        def has_them():
            nonlocal shown
            shown = self.show(dataset)
            return all(word in re.sub(r"\s+", " ", shown) for word in words)

        self.within(has_them, lambda: f"{words} in\n{shown}")
        return shown

    def in_sync_within(self, dataset, seconds):
        """It comes right by itself, and as fast as promised."""
        began = time.monotonic()
        self.drover("wait", "dataset", dataset, "--for", "in-sync", "--timeout", f"{seconds}s")
        return time.monotonic() - began

    # ---- the programs

    def send_signal(self, name, number):
        os.kill(self.running(name)[0], number)

    def end(self, name, number=signal.SIGTERM):
        """Ends a program; returns the command that starts it again."""
        pid, command = self.running(name)
        pidfd = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(pidfd, number)
            harness.signal_end(pidfd)
        finally:
            os.close(pidfd)
        return command

    def begin(self, name, command, wrapper=(), environment=None):
        """Starts a program and waits until it is ready."""
        ready = self.state_folder() / "run" / f"{name}.ready"
        ready.unlink(missing_ok=True)
        with open(self.state_folder() / "log" / f"{name}.log", "ab") as log:
            process = self.home.popen([*wrapper, *command], environment, stdout=log, stderr=log, cwd="/")
        self.addCleanup(self._reap, process)
        self.within(lambda: ready.exists() or process.poll() is not None, f"{name} is ready")
        self.assertIsNone(process.poll(), f"{name} ended: {self.log(name)[-300:]}")
        return process

    @staticmethod
    def _reap(process):
        process.kill()
        process.wait()

    def log(self, name):
        return (self.state_folder() / "log" / f"{name}.log").read_text()

    # ---- faults

    def run_as_root(self, *command):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        return done.stdout

    def small_filesystem(self, folder, megabytes):
        """Puts a filesystem of its own under the folder; what was in it comes along."""
        harness.need_loop_devices(self)
        folder.mkdir(parents=True, exist_ok=True)
        image = self.home.path / f"{folder.name}-{len(list(self.home.path.iterdir()))}.img"
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        self.run_as_root("mkfs.ext4", "-q", "-m", "0", image)
        aside = self.home.path / "aside"
        self.run_as_root("mount", "-o", "loop", image, self._made(aside))
        self.run_as_root("cp", "-a", f"{folder}/.", aside)
        self.run_as_root("umount", aside)
        self.run_as_root("mount", "-o", "loop", image, folder)
        self.addCleanup(subprocess.run, ["umount", "-l", str(folder)], stderr=subprocess.DEVNULL, check=False)

    @staticmethod
    def _made(folder):
        folder.mkdir(exist_ok=True)
        return folder

    @contextmanager
    def filled(self, folder):
        """Not a byte is free on the folder's filesystem, as long as the block runs."""
        stuffing = folder / "stuffing"
        with open(stuffing, "wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue
        try:
            yield
        finally:
            stuffing.unlink()


def main():
    harness.main()


sys.dont_write_bytecode = True
