#!/usr/bin/python3
"""Volumes as their users meet them: growing in use, names that are used again, and what a move leaves behind. What the filesystems say is
believed (statvfs), not what the programs say of them."""

import os
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

MIB = 1 << 20
# The guide's way where there is no other node.
GUIDE = ("dataset delete ext4 --grace 7d --wait", "dataset undelete ext4 --wait")


def bytes_in(folder):
    """What the filesystem there has for its users."""
    there = os.statvfs(folder)
    return there.f_blocks * there.f_frsize


def may_grow_ext4_in_use():
    """ext4 in use grows only by CAP_SYS_RESOURCE."""
    effective = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff:"))
    return int(effective.split()[1], 16) >> 24 & 1


class Volumes(harness.ClusterTest):
    backend = "loopback"
    nodes = 2

    def create(self, name, filesystem="ext4", size="320MiB"):
        self.drover("dataset", "create", name, "--size", size, "--fs", filesystem, "--node", "n1", "--wait")
        folder = self.mount("n1", name)
        (folder / "file").write_text("kept")
        return folder

    def status(self, name):
        return self.json("dataset", "show", name)["status"]

    def test_each_filesystem_grows_as_far_as_this_machine_may(self):
        self.start()
        for filesystem in ("xfs", "btrfs", "ext4"):
            with self.subTest(filesystem):
                folder = self.create(filesystem, filesystem)
                before = bytes_in(folder)
                with open(folder / "file", "a", encoding="utf-8"):  # in use
                    done = self.drover("dataset", "resize", filesystem, "--size", "640MiB", "--wait=5s", expect=None)
                print(f"{filesystem}: {before // MIB} MiB, then {bytes_in(folder) // MIB} MiB; rc {done.returncode}")
                self.assertEqual((folder / "file").read_text(), "kept")
                if filesystem != "ext4" or may_grow_ext4_in_use():
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertGreater(bytes_in(folder), before + 256 * MIB)
                    self.assertEqual(self.status(filesystem)["sizeBytes"], str(640 * MIB))
                    continue
                # Nobody says that it is done, and whoever waited is told why and what to do.
                self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
                self.assertIn("when it is next unmounted", done.stderr)
                self.assertEqual(bytes_in(folder), before)
                self.assertEqual(self.status(filesystem)["sizeBytes"], str(320 * MIB))
                self.assertRegex(self.drover("dataset", "list").stdout, r"(?m)^ext4 .*converging")
                self.assertRegex(self.drover("dataset", "show", "ext4").stdout, r"(?m)^Size: +640 MiB wanted, 320 MiB there$")
                self.grows_by("n2", [self.suggested("ext4").replace("NODE", "n2") + " --wait"])
                self.grows_by("n1", GUIDE)

    def suggested(self, name):
        """The command that the one condition of the dataset suggests."""
        [condition] = self.status(name)["conditions"]
        self.assertEqual(condition["reason"], "GrowAtNextUnmount")
        [command] = re.findall(r"`drover ([^`]*)`", condition["suggestion"])
        return command

    def grows_by(self, node, commands):
        """A volume of its own, made too small, grows by these commands and is then on `node`."""
        name = f"small-{node}"
        folder = self.create(name)
        before = bytes_in(folder)
        self.drover("dataset", "resize", name, "--size", "640MiB", "--wait=2s", expect=4)
        for command in commands:
            self.drover(*command.replace("ext4", name).split())
        folder = self.mount(node, name)
        print(f"{command.split()[1]}: {before // MIB} MiB, then {bytes_in(folder) // MIB} MiB on {node}")
        self.assertGreater(bytes_in(folder), before + 256 * MIB)
        self.assertEqual((folder / "file").read_text(), "kept")
        self.assertEqual(self.status(name)["sync"], "SYNC_IN_SYNC")
        self.assertEqual(self.status(name)["sizeBytes"], str(640 * MIB))

    def test_a_name_that_is_used_again_waits_for_whoever_has_it(self):
        self.start()
        folder = self.create("web")
        old = self.json("dataset", "show", "web")["record"]["id"]
        real = folder.resolve()
        with open(folder / "file", "a", encoding="utf-8") as held:  # in use
            self.drover("dataset", "delete", "web", "--grace", "0", "--yes")
            # The name is given up for a moment with each try to unmount; who waits for it may get it then.
            done = self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait=3s", expect=None)
            self.assertIn(done.returncode, (0, 4), done.stderr)
            if done.returncode == 4:
                self.assertIn(f"the name web still leads to the dataset {old}", done.stderr)
                self.assertIn(str(real), done.stderr)  # where its users are
            self.assertNotIn("remove", done.stderr)
            held.write(", all the while")
            held.flush()
            self.assertEqual((real / "file").read_text(), "kept, all the while")
        self.drover("wait", "dataset", "web", "--for", "in-sync")
        self.drover("wait", "dataset", old, "--for", "gone")
        self.assertEqual(list(self.mount("n1", "web").iterdir()), [])
        self.assertFalse(real.exists())


class Sockets(harness.ClusterTest):
    nodes = 2

    def test_they_are_left_behind_and_the_log_says_it_once(self):
        self.start()
        self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait")
        self.shell(f"""cd {self.mount("n1", "web")}
            echo kept > file
            /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("app.sock")'""")
        self.drover("dataset", "move", "web", "--to", "n2", "--wait")
        self.assertEqual([p.name for p in self.mount("n2", "web").iterdir()], ["file"])
        log = (self.state_folder() / "log" / "n1.log").read_text()
        self.assertEqual(log.count("1 socket is left behind: app.sock"), 1, log)


if __name__ == "__main__":
    harness.main()
