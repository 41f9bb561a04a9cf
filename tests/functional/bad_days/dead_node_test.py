#!/usr/bin/python3
"""The bad day of a machine that is off and stays off, and held volumes of a shared pool: they go on elsewhere, those that were deleted
are destroyed, and nothing waits for the dead. docs/operations/node-dead.md is the page."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import harness  # noqa: E402
from bad_day import BadDay  # noqa: E402


class DeadNode(BadDay):
    backend = "loopback"

    def switch_off(self, node):
        """The power is cut: the agent dies, and with its machine go mounts and devices. What it wrote into the pool stays."""
        self.kill9(node)
        point = self.state_folder() / "nodes" / node / "mnt" / "by-id"
        for mount in sorted(point.iterdir()):
            device = self.run_as_root("findmnt", "--noheadings", "--output", "SOURCE", mount).strip()
            self.run_as_root("umount", mount)
            self.run_as_root("losetup", "-d", device)

    def image(self, dataset):
        """The folder of its image in the shared pool; None when it is gone."""
        for file in self.state_folder().glob("pool/images/*/identity.json"):
            try:
                if json.loads(file.read_text())["name"] == dataset:
                    return file.parent
            except FileNotFoundError:
                continue
        return None

    def test_its_datasets_go_on_and_its_deleted_ones_are_destroyed(self):
        self.start()
        for name in ("web", "old"):
            self.drover("dataset", "create", name, "--size", "96MiB", "--node", "n2", "--wait")
        self.fill(self.mount("n2", "web"), 4)
        wanted = self.fingerprint(self.mount("n2", "web"))
        self.switch_off("n2")
        self.assertEqual(json.loads((self.image("old") / "lock.json").read_text())["released"], False, "its lock outlives it")
        self.drover("wait", "node", "n2", "--for", "unreachable", "--timeout", "60s")
        self.drover("dataset", "delete", "old")
        self.drover("dataset", "purge", "old", "--yes")
        self.drover("dataset", "move", "web", "--to", "n3")
        self.assertIsNotNone(self.image("old"), "nobody knows yet that n2 is dead")
        self.drover("node", "declare-lost", "n2", "--yes")
        self.in_sync_within("web", 90)
        self.assertEqual(self.fingerprint(self.mount("n3", "web")), wanted)
        self.within(lambda: self.image("old") is None, lambda: self.drover("status").stdout + self.log("n1"), seconds=90)
        # It comes back, and is told that nothing of it is its own.
        self.begin("n2", self.command)
        self.drover("wait", "node", "n2", "--for", "alive", "--timeout", "60s")
        self.assertEqual(self.fingerprint(self.mount("n3", "web")), wanted)
        self.assertFalse(self.mount("n2", "web").exists())

    def start(self, *arguments, **options):
        super().start(*arguments, **options)
        self.command = self.running("n2")[1]


if __name__ == "__main__":
    harness.main()
