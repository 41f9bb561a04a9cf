#!/usr/bin/python3
"""Completion in the shells themselves: each is started on a terminal, loads what `drover completion SHELL` prints, and gets a Tab.

No cluster: contexts, which the command line keeps in its own file, stand for all names, the odd ones too. Zsh and fish are skipped
where they are not installed."""

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

SECONDS = 20  # a bound, not a wait
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(drover completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'eval "$(drover completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "drover completion fish | source"),
}


class Terminal:
    """A shell on a terminal of 200 columns."""

    def __init__(self, command, home):
        environment = {"HOME": str(home), "PATH": f"{harness.binaries()}:/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "$ ",
                       "DROVER_CONFIG": str(home / "config"), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (50, 200))
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=home,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.text = ""

    def send(self, text):
        os.write(self.master, text.encode())

    def expect(self, pattern):
        """Reads until the pattern appears in what came since the last time; returns the match."""
        end = time.monotonic() + SECONDS
        while True:
            plain = re.sub(r"\x1b(\[[0-9;?<>=]*[a-zA-Z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>78])|[\r\x07\x0e\x0f]|.\x08", "", self.text)
            found = re.search(pattern, plain)
            if found:
                self.text = ""
                return found
            ready = select.select([self.master], [], [], max(0, end - time.monotonic()))[0]
            if not ready:
                raise AssertionError(f"{pattern!r} did not come: {plain!r}")
            self.text += os.read(self.master, 65536).decode(errors="replace")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class Bash(unittest.TestCase):
    shell = "bash"

    def setUp(self):
        command, load = SHELLS[self.shell]
        if not shutil.which(command[0]):
            self.skipTest(f"{command[0]} is not installed")
        folder = tempfile.TemporaryDirectory(prefix="drover-")
        self.addCleanup(folder.cleanup)
        home = Path(folder.name)
        (home / "some-file.key").write_text("")
        key = "a" * 40
        (home / "config").write_text("current: alpha\ncontexts:\n" + "".join(
            f"  - {{name: '{name}', control: 'tcp://127.0.0.1:1', key: '{key}', identity: i}}\n"
            for name in ("alpha", "beta", "$(touch pwned)", "--evil")))
        (home / "config").chmod(0o600)
        self.home = home
        self.terminal = Terminal(command, home)
        self.addCleanup(self.terminal.close)
        self.terminal.send(f"{load}; echo lo''aded\n")
        self.terminal.expect("loaded")

    def line_after(self, typed, wanted):
        """What stands on the line once Tab was pressed; then the line is cleared."""
        self.terminal.send("drover " + typed + "\t")
        self.terminal.expect(re.escape("drover " + wanted))
        self.terminal.send("\x15")

    def test_commands_options_and_values(self):
        self.line_after("dataset und", "dataset undelete ")
        self.line_after("dataset create x --requ", "dataset create x --require-label ")
        self.line_after("context use be", "context use beta ")
        self.line_after("--output js", "--output json ")
        self.line_after("--context=be", "--context=beta")
        self.line_after("keys show some-f", "keys show some-file.key")

    def test_what_a_shell_would_run_is_not_offered(self):
        self.terminal.send("drover context use \t\t")
        self.terminal.expect("alpha.*beta" if self.shell != "fish" else "alpha")
        self.terminal.send("\x15")
        self.line_after("context use $", "context use $")
        self.assertFalse((self.home / "pwned").exists())


class Zsh(Bash):
    shell = "zsh"


class Fish(Bash):
    shell = "fish"


if __name__ == "__main__":
    harness.main()
