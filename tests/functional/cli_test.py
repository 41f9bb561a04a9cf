#!/usr/bin/python3
"""The command line as scripts and terminals meet it: exit codes, output for programs, outputs that fail, and what a person sees and
presses on a terminal."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

SECONDS = 60  # a bound, not a wait
READS = ["status", "dataset list", "dataset list --deleted", "dataset show web", "node list", "node show n1", "lease list", "keys list",
         "keys show", "history", "history web", "diff 1", "export", "context list", "version", "plan dataset move web --to n2",
         "dataset delete web --dry-run"]


class OnTerminal:
    """A command on a terminal of 80x24, as a person runs it."""

    def __init__(self, test, *arguments):
        self.test = test
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (24, 80))
        self.before = termios.tcgetattr(self.slave)
        # The shell has the terminal, so that Ctrl-C is a signal, and outlives the command, so that its modes can be looked at.
        self.process = test.home.popen(["sh", "-c", 'trap : INT; "$@"; echo "exit=$?."; read -r x', "sh", "drover", *arguments],
                                       {"TERM": "xterm", "NO_COLOR": ""}, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                       preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.text = ""

    def expect(self, text):
        end = time.monotonic() + SECONDS
        while text not in self.text:
            ready = select.select([self.master], [], [], max(0, end - time.monotonic()))[0]
            self.test.assertTrue(ready, f"{text!r} did not come: {self.text!r}")
            self.text += os.read(self.master, 65536).decode(errors="replace")

    def press(self, keys):
        os.write(self.master, keys)

    def end(self):
        """Waits for its end; returns its exit code. The terminal must be as it was."""
        self.expect("exit=")
        self.expect(".\r\n")
        code = int(re.search(r"exit=(\d+)", self.text)[1])
        self.text = self.text[:self.text.index("exit=")]
        self.test.assertEqual(termios.tcgetattr(self.slave), self.before, "the terminal's modes")
        self.press(b"\n")
        self.process.wait(SECONDS)
        os.close(self.master)
        os.close(self.slave)
        return code


class CommandLine(harness.ClusterTest):
    nodes = 2

    def setUp(self):
        super().setUp()
        self.start()
        self.drover("dataset", "create", "web", "--size", "1GiB", "--node", "n1", "--metadata", "greeting=grüß \u6570\u636e", "--wait")

    def test_programs_read_it(self):
        import yaml
        for command in READS:
            with self.subTest(command):
                words = command.split()
                read = self.json(*words)
                again = yaml.safe_load(self.drover(*words, "--output", "yaml").stdout)
                if command not in ("export", "status", "node list", "node show n1", "lease list"):  # which has another form, or ages
                    for answer in (again, read):
                        answer.pop("requestId", None)
                    self.assertEqual(again, read)
                self.assertIsInstance(again, dict)
                done = self.drover(*words, environment={"NO_COLOR": "", "TERM": "xterm"})
                self.assertNotRegex(done.stdout + done.stderr, "[\x1b\r]")
        done = self.drover("dataset", "move", "web", "--to", "n2", "--wait", environment={"NO_COLOR": "", "TERM": "xterm"})
        self.assertNotRegex(done.stdout + done.stderr, "[\x1b\r]")
        self.assertRegex(done.stdout, r"^dataset web moves to n2 \(revision \d+\)\nweb: mounted at \S+\n$")
        json.loads(self.drover("dataset", "move", "web", "--to", "n1", "--wait", "--output", "json").stdout)

    def test_exit_codes(self):
        cases = [
            (0, "status"), (0, "node list"), (0, "dataset delete web --dry-run"), (0, "wait dataset web --for mounted"), (0, "help node"),
            (1, "statsu"), (1, "dataset lits"), (1, "dataset list --lable a=b"), (1, "status now"), (1, "history --limit 0"),
            (1, "apply -f /nonexistent"), (1, "--context nobody status"), (1, "dataset purge web"), (1, "-o xml status"),
            (2, "dataset show nobody"), (2, "dataset move web --to n9"), (2, "dataset list --node n9"), (2, "node forget n1 --yes"),
            (2, "dataset delete web --if-revision 1"), (2, "lease release 0123abcd"), (2, "diff 900 901"),
            (3, "--control tcp://127.0.0.1:1 status"), (3, "--control tcp://127.0.0.1:1 dataset delete web"),
            (3, "--control tcp://127.0.0.1:1 watch"), (3, "--control tcp://nosuchhost.invalid:4523 status"),
            (4, "wait node n9 --timeout 1s"), (4, "wait dataset web --for gone --timeout 1s"), (4, "events --count 9 --timeout 1s"),
        ]
        hints = {"statsu": "did you mean status?", "dataset lits": "did you mean list?", "dataset list --lable a=b": "did you mean --label?",
                 "--control tcp://nosuchhost.invalid:4523 status": "there is no host named nosuchhost.invalid"}
        for code, command in cases:
            with self.subTest(command):
                done = self.drover(*command.split(), expect=code)
                if code:
                    self.assertRegex(done.stderr, r"(?m)^error: ")
                self.assertIn(hints.get(command, ""), done.stderr)
        done = self.home.run(["drover", "dataset", "create", "x", "--metadata", b"a=\xff".decode(errors="surrogateescape")])
        self.assertEqual(done.returncode, 1)
        self.assertIn("not UTF-8", done.stderr)

    def test_outputs_that_fail(self):
        for command in ("dataset list", "--help", "completion bash", "watch"):
            with self.subTest(command):  # watching ends at the first line that cannot be written
                self.shell(f"if drover {command} > /dev/full 2> err; then exit 9; fi; grep -q 'error: cannot write the output' err", cwd=self.home.path)
        self.shell("if drover status >&- 2> err; then exit 9; fi; grep -q 'error: cannot write' err", cwd=self.home.path)
        self.shell("drover status 2>&- >/dev/null; drover status <&- >/dev/null", cwd=self.home.path)
        self.shell("set +o pipefail; drover --help 2> err | head -n 1 >/dev/null; drover history 2>> err | head -n 1 >/dev/null; [ ! -s err ]",
                   cwd=self.home.path)

    def test_configurations_that_are_not_to_be_trusted(self):
        config = self.state_folder() / "config"
        done = self.drover("status", environment={"HOME": "", "DROVER_CONFIG": str(config)})
        self.assertIn("alive", done.stdout)
        # Without a home, the working folder is not one.
        self.shell(f"mkdir -p ~/lure/.config/drover && cp {config} ~/lure/.config/drover/config")
        done = self.home.run(["env", "-u", "HOME", "-u", "DROVER_CONFIG", "drover", "status"], cwd=self.home.path / "lure")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.shell(f"cp {config} ~/open; chmod 666 ~/open")
        done = self.drover("status", environment={"DROVER_CONFIG": str(self.home.path / "open")}, expect=1)
        self.assertIn("others can write", done.stderr)
        self.assertIn("chmod go-w", done.stderr)

    def test_a_person_ends_a_wait(self):
        wait = OnTerminal(self, "wait", "dataset", "web", "--for", "gone")
        wait.expect("web: in sync")
        wait.press(b"\x03")
        self.assertEqual(wait.end(), 128 + signal.SIGINT)
        self.assertIn("it goes on by itself", " ".join(wait.text.split()))
        self.assertIn("next: drover dataset show web", wait.text)

    def test_a_person_watches(self):
        watch = OnTerminal(self, "watch")
        watch.expect("Datasets: 1: 1 in sync")
        watch.expect("q: quit")
        watch.press(b"\x1b[B")
        watch.press(b"q")
        self.assertEqual(watch.end(), 0)
        self.assertTrue(watch.text.endswith("\x1b[?7h\x1b[?25h\x1b[?1049l"), repr(watch.text[-80:]))
        watch = OnTerminal(self, "watch")
        watch.expect("Datasets: 1: 1 in sync")
        watch.press(b"\x03")
        self.assertEqual(watch.end(), 128 + signal.SIGINT)
        self.assertIn("\x1b[?25h", watch.text)
        self.assertIn("\x1b[?1049l", watch.text)


if __name__ == "__main__":
    harness.main()
