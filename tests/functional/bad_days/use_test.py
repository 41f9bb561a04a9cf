#!/usr/bin/python3
"""Bad days of datasets in use: somebody still has it open when it shall move, in sight of everybody, in another mount namespace, or
behind a lazy unmount. It is never taken from under a writer; the move says who is in the way, and ends soon after he let go.
docs/operations/dataset-busy.md is the page."""

import signal
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import harness  # noqa: E402
from bad_day import BadDay  # noqa: E402

PAGE = "dataset-busy"


class InUse(BadDay):
    nodes = 2

    def setUp(self):
        super().setUp()
        self.start()
        self.drover("dataset", "create", "web", "--size", "128MiB", "--node", "n1", "--wait")
        self.fill(self.mount("n1", "web"), 4)
        self.last = 0

    def writer(self, *wrapper):
        """A program that keeps a file of the dataset open and appends a line whenever it is told to."""
        process = subprocess.Popen([*wrapper, "/usr/bin/python3", "-uc", "import sys\n"
                                    "with open(sys.argv[1], 'a', buffering=1) as out:\n"
                                    "    print('ready', flush=True)\n"
                                    "    for line in sys.stdin:\n"
                                    "        out.write(line); print('written', flush=True)",
                                    str(self.mount("n1", "web") / "journal")],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self._reap, process)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def write(self, process):
        self.last += 1
        process.stdin.write(f"line {self.last}\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), "written\n", "the writer was disturbed")

    def let_go(self, process):
        process.communicate()

    def move_waits_for(self, process, who):
        """The move waits, says for whom, and takes nothing away; then it ends, with everything that was written meanwhile."""
        self.write(process)
        self.drover("dataset", "move", "web", "--to", "n2")
        shown = self.show_until("web", "error: Busy", who(process))
        self.write(process)
        self.assertFalse(self.mount("n2", "web").exists(), "it is in one place only")
        self.let_go(process)
        took = self.in_sync_within("web", 60)
        self.assertLess(took, 30, "a person waits for it")
        journal = (self.mount("n2", "web") / "journal").read_text()
        self.assertEqual(journal, "".join(f"line {n + 1}\n" for n in range(self.last)))
        print(f"moved {took:.1f} s after the writer let go", flush=True)
        return shown

    def test_a_writer(self):
        shown = self.move_waits_for(self.writer(), lambda process: f"{process.pid} (python3)")
        self.assert_seen(PAGE, "What you see", shown)

    def test_moved_back_while_it_waits(self):
        """The newest wish wins: whoever sees that it is still needed takes the move back, and its user never noticed."""
        process = self.writer()
        self.drover("dataset", "move", "web", "--to", "n2")
        self.show_until("web", "error: Busy")
        self.do_as_told(PAGE, "What to do", number=1)
        self.write(process)
        self.let_go(process)
        self.assertTrue((self.mount("n1", "web") / "journal").exists())


    def test_purged_while_in_use(self):
        """For ever is not at once: until its user let go the volume is there, everybody can see why, and nothing says that it is gone."""
        process = self.writer()
        self.drover("dataset", "delete", "web")
        late = self.drover("dataset", "purge", "web", "--yes", "--wait=2", expect=4)
        self.assertIn(str(process.pid), late.stderr)
        self.assertIn("blocked", self.drover("dataset", "show", "web").stdout)
        self.assertIn(f"{process.pid} (python3)", self.drover("dataset", "show", "web").stdout)
        self.assertIn("being destroyed", self.drover("dataset", "list", "--deleted").stdout)
        self.assertIn("0; 1 being destroyed", self.drover("status").stdout)
        self.drover("wait", "dataset", "web", "--for", "gone", "--timeout", "1s", expect=4)
        self.write(process)
        self.let_go(process)
        self.drover("wait", "dataset", "web", "--for", "gone", "--timeout", "60s")
        self.assertNotIn("being destroyed", self.drover("status").stdout)
        self.assertNotIn("web", self.drover("dataset", "list", "--deleted").stdout)


class LoopbackInUse(InUse):
    backend = "loopback"

    def test_a_writer_behind_a_lazy_unmount(self):
        """`umount -l` hides the mount from everybody, and its users go on writing."""
        process = self.writer()
        point = self.mount("n1", "web").resolve()
        self.run_as_root("umount", "-l", point)
        self.write(process)
        shown = self.move_waits_for(process, lambda process: f"{process.pid} (python3)")
        self.assert_seen(PAGE, "Behind a lazy unmount", shown)

    def test_a_container(self):
        """A mount namespace of its own keeps the mount, though nobody there has a file open."""
        process = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "/bin/cat"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(self._reap, process)
        process.stdin.write("x\n")
        process.stdin.flush()
        process.stdout.readline()  # it is in its namespace
        self.drover("dataset", "move", "web", "--to", "n2")
        shown = self.show_until("web", "error: Busy", f"of process {process.pid}")
        self.assert_seen(PAGE, "In a container", shown, words={"/drover": self.state_folder() / "nodes" / "n1" / "mnt"})
        process.communicate()
        self.assertLess(self.in_sync_within("web", 60), 30)
        self.assertTrue((self.mount("n2", "web") / "big").is_dir())


class LateWrites(BadDay):
    """Nobody can be kept from a folder whose path he knows. What is written into the old tree after the move looked at it for the last
    time is found, and kept."""

    nodes = 2

    def test_into_the_old_tree(self):
        self.start()
        self.drover("dataset", "create", "web", "--size", "128MiB", "--node", "n1", "--wait")
        self.fill(self.mount("n1", "web"), 4)
        wanted = self.fingerprint(self.mount("n1", "web"))
        old = self.mount("n1", "web").resolve()
        # The target dies between the grant and its mount: there the old tree is let go, and nothing has happened to it yet.
        target = self.begin("n2", self.end("n2"), environment={"DROVER_CRASH_AT": "agent.step.Mount.before"})
        self.drover("wait", "node", "n2", "--for", "alive")
        self.drover("dataset", "move", "web", "--to", "n2")
        self.assertEqual(target.wait(timeout=30), -signal.SIGKILL)
        (old / "late").write_text("the last order of the day")
        command = list(target.args)
        self.begin("n2", command)
        self.drover("wait", "dataset", "web", "--for", "mounted", "--timeout", "60s")
        self.assertEqual(self.fingerprint(self.mount("n2", "web")), wanted)
        shown = self.show_until("web", "LateWrites")
        self.assert_seen("data-missing", "Late writes", shown)
        self.assertEqual((old / "late").read_text(), "the last order of the day")


if __name__ == "__main__":
    harness.main()
