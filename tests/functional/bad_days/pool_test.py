#!/usr/bin/python3
"""Bad days of pools: full, unwritable, without its marker. The dataset stays where it is and in use, what waits says why, and everything
goes on by itself when the fault ends; docs/operations/disk-full.md, pool-unwritable.md and data-missing.md say what to do."""

import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import harness  # noqa: E402
from bad_day import BadDay  # noqa: E402


class PoolDay(BadDay):
    nodes = 2

    def setUp(self):
        super().setUp()
        self.start()
        self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait")
        self.fill(self.mount("n1", "web"), 8)
        self.bytes = self.fingerprint(self.mount("n1", "web"))

    def pool(self, node):
        return self.state_folder() / "nodes" / node / "pool"

    def words(self):
        return {"/srv/pool": self.pool("n2"), "/srv/n1": self.pool("n1")}

    def in_use_on(self, node):
        self.assertEqual(self.fingerprint(self.mount(node, "web")), self.bytes)
        probe = self.mount(node, "web") / "probe"
        probe.write_text("still writable")
        probe.unlink()

    def comes_over(self):
        """The move ends by itself, soon, and every byte is there."""
        self.drover("wait", "dataset", "web", "--for", "in-sync", "--timeout", "60s")
        self.assertEqual(self.fingerprint(self.mount("n2", "web")), self.bytes)
        self.assertFalse(self.mount("n1", "web").exists())


class Full(PoolDay):
    PAGE = "disk-full"

    def setUp(self):
        super().setUp()
        command = self.end("n2")
        self.small_filesystem(self.pool("n2"), 40)
        self.begin("n2", command)
        self.drover("wait", "node", "n2", "--for", "alive")

    def test_a_move_into_it(self):
        with self.filled(self.pool("n2")):
            self.drover("dataset", "move", "web", "--to", "n2")
            shown = self.show_until("web", "No space left on device", "error: StepFailed")
            self.assert_seen(self.PAGE, "A pool's disk", shown, words=self.words())
            self.in_use_on("n1")
            self.end_of_move_by_page()
        self.comes_over_again()

    def end_of_move_by_page(self):
        """Who needs it back in peace moves it back: nothing was lost, and nothing is left to wait for."""
        self.do_as_told(self.PAGE, "A pool's disk", number=0)
        self.in_use_on("n1")

    def comes_over_again(self):
        self.drover("dataset", "move", "web", "--to", "n2")
        self.comes_over()

    def test_it_goes_on_when_there_is_room(self):
        with self.filled(self.pool("n2")):
            self.drover("dataset", "move", "web", "--to", "n2")
            self.show_until("web", "No space left on device")
        self.comes_over()

    def test_it_fills_up_in_the_middle(self):
        hog = self.pool("n2") / "hog"
        with open(hog, "wb") as file:
            file.truncate(0)
            file.write(b"\0" * (26 << 20))
        self.drover("dataset", "move", "web", "--to", "n2")
        shown = self.show_until("web", "No space left on device")
        self.assertIn("receiving", shown)
        self.in_use_on("n1")
        hog.unlink()
        self.comes_over()

    def test_nearly_full_is_said_before(self):
        with self.filled(self.pool("n2")):
            self.end_and_begin("n2")
            self.within(lambda: "PoolNearlyFull" in self.drover("status").stdout, "status warns")
            self.assert_seen(self.PAGE, "A pool's disk", self.drover("status").stdout, number=1)

    def end_and_begin(self, name):
        self.begin(name, self.end(name))
        self.drover("wait", "node", name, "--for", "alive")


class Unwritable(PoolDay):
    """A filesystem that became read-only, as filesystems do after an error of the disk."""

    PAGE = "pool-unwritable"

    def read_only(self, node):
        pool = self.pool(node)
        self.run_as_root("mount", "--bind", pool, pool)
        self.addCleanup(self.run_quietly, "umount", "-l", pool)
        self.run_as_root("mount", "-o", "remount,bind,ro", pool)

    def run_quietly(self, *command):
        import subprocess
        subprocess.run([str(c) for c in command], stderr=subprocess.DEVNULL, check=False)

    def test_a_move_into_it(self):
        self.read_only("n2")
        self.drover("dataset", "move", "web", "--to", "n2")
        shown = self.show_until("web", "Read-only file system", "error: StepFailed")
        self.assert_seen(self.PAGE, "What you see", shown, words=self.words())
        self.in_use_on("n1")
        self.do_as_told(self.PAGE, "What to do", words={"/srv/pool": self.pool("n2"), "remount,rw": "remount,bind,rw"})
        self.comes_over()

    def test_a_pool_in_use(self):
        self.read_only("n1")
        self.assert_seen(self.PAGE, "What you see", self.show_until("web", "error: ReadOnly", "degraded"), number=1,
                         words={"/srv/pool": self.pool("n1")})
        self.drover("dataset", "move", "web", "--to", "n2")
        self.show_until("web", "Read-only file system")
        self.do_as_told(self.PAGE, "What to do", words={"/srv/pool": self.pool("n1"), "remount,rw": "remount,bind,rw"})
        self.comes_over()


class MarkerGone(PoolDay):
    """The pool's disk is not mounted: its folder is there, and empty."""

    PAGE = "data-missing"
    HEADING = "The pool's disk is not there"

    def setUp(self):
        super().setUp()
        self.aside = self.home.path / "disk"

    def take_away(self):
        pool = self.pool("n1")
        pool.rename(self.aside)
        pool.mkdir()

    def put_back(self):
        self.pool("n1").rmdir()
        self.aside.rename(self.pool("n1"))

    def said_and_mended(self):
        shown = self.show_until("web", "PoolUnavailable")
        self.assert_seen(self.PAGE, self.HEADING, shown, words=self.words())
        self.assert_seen(self.PAGE, self.HEADING, self.drover("status").stdout, number=1, words=self.words())
        self.assertIn("unavailable", self.drover("node", "list").stdout)
        self.assertNotRegex(self.drover("node", "show", "n1").stdout, r"1970-\d\d-\d\d")  # an id may hold those digits
        self.assertEqual(list(self.pool("n1").iterdir()), [], "nothing is made in a folder that is not the pool")
        self.put_back()
        took = self.in_sync_within("web", 60)
        self.assertEqual(self.fingerprint(self.mount("n1", "web")), self.bytes)
        print(f"in use again after {took:.1f} s", flush=True)

    def test_while_the_agent_runs(self):
        self.take_away()
        self.drover("dataset", "create", "other", "--size", "64MiB", "--node", "n1")  # whoever works there finds it
        self.said_and_mended()
        self.drover("wait", "dataset", "other", "--for", "mounted", "--timeout", "60s")

    def test_when_the_agent_starts(self):
        command = self.end("n1")
        self.take_away()
        self.begin("n1", command)
        self.drover("wait", "node", "n1", "--for", "alive")
        self.said_and_mended()

    def test_another_pool_in_its_place(self):
        """A wrong disk: the agent does not start over it, and says which is which."""
        command = self.end("n1")
        self.take_away()
        self.pool("n1").rmdir()
        shutil.copytree(self.pool("n2"), self.pool("n1"))
        done = self.home.run(command, cwd="/", timeout=20)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assert_seen(self.PAGE, "Another disk is there", done.stderr, words=self.words())
        shutil.rmtree(self.pool("n1"))
        self.pool("n1").mkdir()
        self.put_back()
        self.begin("n1", command)
        self.in_sync_within("web", 60)


if __name__ == "__main__":
    harness.main()
