#!/usr/bin/python3
"""README's tour, taken from README.md and run exactly as it is printed: as a plain user, and as root with the loopback backend."""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402


def tour():
    """The commands of the tour, in order, as one script."""
    text = (harness.CHECKOUT / "README.md").read_text()
    section = re.search(r"^## Five-minute tour\n(.*?)^## ", text, re.M | re.S)[1]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S))


class Tour(harness.ClusterTest):
    def walk(self, script):
        out = self.shell(script)
        self.assertIn("all there\n", out)
        self.assertIn("\npictures/sky.raw\n", out)  # the link came along
        self.assertEqual(len((self.home.path / "web.sha256").read_text().splitlines()), 1 + 512)
        # What the tour leaves behind: the dataset on the second node, and nothing of it on the first.
        self.assertTrue(self.mount("n2", "web").is_dir())
        self.assertFalse(self.mount("n1", "web").exists())
        names = [d["record"]["header"]["name"] for d in self.json("dataset", "list")["datasets"]]
        self.assertEqual(names, ["web"])

    def test_as_printed(self):
        script = tour()
        for verb in ("create", "move", "delete", "undelete"):
            self.assertIn(f"drover dataset {verb} ", script)
        self.walk(script)


class LoopbackTour(Tour):
    backend = "loopback"

    def test_as_printed(self):
        first, rest = tour().split("\n", 1)
        self.assertEqual(first, "./up")
        self.walk(f"./up --backend loopback\n{rest}")


if __name__ == "__main__":
    harness.main()
