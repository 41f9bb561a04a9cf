#!/usr/bin/python3
"""Bad days of control's store: torn, flipped, cut, gone, brought back from yesterday, and a full disk. Each is found when control starts
or writes, is named, and never ends in a silent empty start; docs/operations/store-damaged.md and disk-full.md say what to do."""

import shutil
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import harness  # noqa: E402
from bad_day import BadDay  # noqa: E402

PAGE = "store-damaged"


class StoreDay(BadDay):
    nodes = 1

    def setUp(self):
        super().setUp()
        self.start()
        self.store = self.state_folder() / "control"
        self.file = self.store / "control.sqlite"
        self.log_file = self.store / "control.sqlite-wal"
        self.make("web")
        self.fill(self.mount("n1", "web"), 2)
        self.bytes = self.fingerprint(self.mount("n1", "web"))

    def make(self, name):
        self.drover("dataset", "create", name, "--size", "64MiB", "--node", "n1", "--wait")

    def names(self):
        return sorted(d["record"]["header"]["name"] for d in self.json("dataset", "list")["datasets"])

    def stop_control(self, cleanly):
        """A clean end leaves everything in the file itself; kill -9 leaves the newest in the write-ahead log."""
        return self.end("control", signal.SIGTERM if cleanly else signal.SIGKILL)

    def start_refused(self, command):
        """Starts control, which has to end by itself; returns what it said."""
        done = self.home.run(command, cwd="/")
        self.assertEqual(done.returncode, 2, f"it needs a person, so a service manager must not try again\n{done.stderr}")
        return done.stderr

    def words(self):
        return {"/var/lib/drover/control": self.store, "/var/backups/drover": self.home.path / "backup"}

    def all_is_there(self, *names):
        self.assertEqual(self.names(), sorted(names))
        self.in_sync_within("web", 60)
        self.assertEqual(self.fingerprint(self.mount("n1", "web")), self.bytes)


class Damage(StoreDay):
    """The page's way out of each of them: look at what there is, bring back a copy that was made while control was stopped."""

    def test_damage_is_found_and_named(self):
        for harm, wanted, heading in ((self.flip_a_bit, "damaged", "It is damaged"), (self.cut, "damaged", None), (self.empty, "empty", None),
                                      (self.tear_a_page, "damaged", None), (self.lose, "there is no store here", "It is gone"),
                                      (self.mistake, "not a store of drover-control", None)):
            with self.subTest(harm.__name__):
                said = self.harmed(harm)
                for word in (str(self.file), wanted):
                    self.assertIn(word, said)
                self.assertNotIn("control.ready", said)
                if heading is not None:
                    self.assert_seen(PAGE, heading, said, words=self.words())

    def harmed(self, harm):
        """Harms the store of a stopped control, which does not start then, and does with the good copy; returns what it said."""
        command = self.stop_control(cleanly=True)
        backup, damaged = self.home.path / "backup", Path(f"{self.store}.damaged")
        for folder in (backup, damaged):
            shutil.rmtree(folder, ignore_errors=True)
        backup.mkdir()
        self.do_as_told(PAGE, "A copy for such a day", words=self.words())
        harm(self.file.read_bytes())
        said = self.start_refused(command)
        self.do_as_told(PAGE, "It is damaged", words=self.words())
        self.assertTrue(damaged.is_dir(), "what was damaged is kept")
        self.begin("control", command)
        self.all_is_there("web")
        return said

    def flip_a_bit(self, whole):
        at = whole.rindex(b"web")
        self.file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x04]) + whole[at + 1:])

    def cut(self, whole):
        self.file.write_bytes(whole[: len(whole) // 2])

    def empty(self, _):
        self.file.write_bytes(b"")

    def tear_a_page(self, whole):
        page = 4096 * (len(whole) // 8192)
        self.file.write_bytes(whole[:page + 512] + bytes(4096 - 512) + whole[page + 4096:])

    def lose(self, _):
        self.file.unlink()

    def mistake(self, _):
        self.file.write_text("thesis\n" * 1000)


class TornLog(StoreDay):
    """kill -9, and the end of the write-ahead log did not reach the disk, or reached it wrongly. What was acknowledged is missing then,
    and control must know."""

    def test_a_kill_loses_nothing_and_what_the_disk_lost_is_missed(self):
        self.make("late0")
        self.begin("control", self.stop_control(cleanly=False))
        self.all_is_there("late0", "web")
        for number, harm in enumerate((self.tear_the_last_write, self.flip_a_bit, self.log_file.unlink)):
            with self.subTest(harm.__name__):
                self.behind(harm, f"late{number + 1}")
                self.all_is_there("web", *(f"late{n}" for n in range(number + 2)))

    def behind(self, harm, name):
        """Harms the log of a killed control; it knows less than it did, says so, and refuses to decide until the newer store is back."""
        self.make(name)
        command = self.stop_control(cleanly=False)
        good = self.home.path / "good"
        shutil.rmtree(good, ignore_errors=True)
        shutil.copytree(self.store, good)
        harm()
        self.begin("control", command)
        self.assert_seen(PAGE, "The store is behind: safe mode", self.drover("status").stdout)
        self.assertIn("safe mode", self.drover("dataset", "delete", "web", expect=2).stderr)
        self.assertTrue((self.mount("n1", "web") / "big").is_dir(), "what is mounted stays in use")
        # The page's third step: a newer copy is put in place.
        command = self.stop_control(cleanly=True)
        shutil.rmtree(self.store)
        shutil.copytree(good, self.store)
        self.begin("control", command)

    def tear_the_last_write(self):
        content = self.log_file.read_bytes()
        self.log_file.write_bytes(content[: len(content) - 2048])

    def flip_a_bit(self):
        content = bytearray(self.log_file.read_bytes())
        content[-3000] ^= 1
        self.log_file.write_bytes(content)


class OldCopy(StoreDay):
    """Yesterday's store is brought back. The mark beside it tells, and where that came along, the agents do."""

    def test_it_is_found_out(self):
        for number, files in enumerate((["control.sqlite"], ["control.sqlite", "highest"])):
            with self.subTest(files):
                self.brought_back(files, f"late{number}")
                self.all_is_there("web", *(f"late{n}" for n in range(number + 1)))
        self.make("next")

    def brought_back(self, files, name):
        command = self.stop_control(cleanly=True)
        old, new = self.home.path / "old", self.home.path / "new"
        for folder in (old, new):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.store, old)
        self.begin("control", command)
        self.make(name)
        command = self.stop_control(cleanly=True)
        shutil.copytree(self.store, new)
        for file in files:
            shutil.copy2(old / file, self.store / file)
        self.begin("control", command)
        self.within(lambda: "Safe mode" in self.drover("status").stdout, "control is in safe mode")
        self.assert_seen(PAGE, "The store is behind: safe mode", self.drover("status").stdout)
        self.drover("dataset", "delete", "web", expect=2)
        self.assertTrue((self.mount("n1", "web") / "big").is_dir())
        self.assertTrue(self.mount("n1", name).is_dir(), "what control does not know stays in use too")
        command = self.stop_control(cleanly=True)
        shutil.rmtree(self.store)
        shutil.copytree(new, self.store)
        self.begin("control", command)


class FullDisk(StoreDay):
    """Not a byte is free under the store: writes are refused, reads and mounts go on, and it goes on by itself."""

    PAGE = "disk-full"
    HEADING = "Control's disk"

    def setUp(self):
        super().setUp()
        command = self.stop_control(cleanly=True)
        self.small_filesystem(self.store, 8)
        self.begin("control", command)
        self.drover("wait", "node", "n1", "--for", "alive")

    def test_while_it_runs(self):
        with self.filled(self.store):
            made = []
            for number in range(200):  # SQLite's log has room of its own for a while
                done = self.drover("dataset", "create", f"more{number}", "--size", "64MiB", "--node", "n1", expect=None)
                if done.returncode != 0:
                    break
                made.append(f"more{number}")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assert_seen(self.PAGE, self.HEADING, done.stderr, number=0)
            self.assert_seen(self.PAGE, self.HEADING, self.drover("status").stdout, number=1)
            self.assertEqual(self.names(), sorted([*made, "web"]))
            self.assertEqual(self.fingerprint(self.mount("n1", "web")), self.bytes)
        took = self.within(lambda: self.drover("dataset", "create", "after", "--size", "64MiB", "--node", "n1", expect=None).returncode == 0,
                           "writes are taken again")
        self.assertLess(took, 30)
        self.assertNotIn("StoreFull", self.drover("status").stdout)
        self.begin("control", self.stop_control(cleanly=False))
        self.all_is_there(*made, "web", "after")

    def test_when_it_starts(self):
        command = self.stop_control(cleanly=True)
        with self.filled(self.store):
            done = self.home.run(command, cwd="/")
            self.assertEqual(done.returncode, 3, f"a service manager has to try again: {done.stderr}")
            self.assertIn("the disk under the store is full", done.stderr)
        self.begin("control", command)
        self.all_is_there("web")


if __name__ == "__main__":
    harness.main()
