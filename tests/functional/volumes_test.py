#!/usr/bin/python3
"""Volumes of the loopback backend as their users meet them: growing in use, and names that are used again. What the filesystems say is
believed (statvfs), not what the programs say of them."""

import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

MIB = 1 << 20


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
        return self.json("dataset", "show", name)["datasets"][0]["status"]

    def test_each_filesystem_grows_as_far_as_this_machine_may(self):
        self.start()
        for filesystem in ("xfs", "btrfs", "ext4"):
            with self.subTest(filesystem):
                folder = self.create(filesystem, filesystem)
                before = bytes_in(folder)
                with open(folder / "file", "a", encoding="utf-8"):  # in use
                    done = self.drover("dataset", "resize", filesystem, "--size", "640MiB", "--wait=5s", expect=None)
                print(f"{filesystem}: {before // MIB} MiB, then {bytes_in(folder) // MIB} MiB; rc {done.returncode}")
                if filesystem != "ext4" or may_grow_ext4_in_use():
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertGreater(bytes_in(folder), before + 256 * MIB)
                self.assertEqual((folder / "file").read_text(), "kept")


if __name__ == "__main__":
    harness.main()
