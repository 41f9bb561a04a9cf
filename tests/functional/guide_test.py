#!/usr/bin/python3
"""docs/guide runs as it is printed: every block of commands in order, the file that it shows, and the commands inside its sentences."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

GUIDE = (harness.CHECKOUT / "docs" / "guide" / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.M | re.S)


class Guide(harness.ClusterTest):
    def setUp(self):
        super().setUp()
        self.start()
        # What the guide takes for granted: control's public key in the working folder, one's own in ~/keys.
        keys = self.state_folder() / "keys"
        self.work = self.home.path / "work"
        self.shell(f"""mkdir -m 700 {self.work} ~/keys
            cp {keys}/control.key {self.work}; cp {keys}/admin.key_secret ~/keys/me.key_secret""")
        self.address = json.loads(self.drover("context", "list", "--output", "json").stdout)["contexts"][0]["control"]

    def real(self, script):
        """The block with what only the reader can know filled in, and an end for what has none."""
        script = script.replace("tcp://10.0.0.1:4523", self.address)
        script = re.sub(r"--expect-plan [0-9a-f]{16}", f"--expect-plan {getattr(self, 'digest', '')}", script)
        return re.sub(r"^drover (watch|events)\b", r"drover \1 --timeout 500ms", script, flags=re.M)

    def test_as_printed(self):
        scripts = blocks("sh")
        self.assertGreater(len(scripts), 15)
        for script in scripts:
            if "--expect-plan" in script:
                plan = self.json("plan", "dataset", "move", "web", "--to", "n1")
                self.digest = plan["writeResult"]["plan"]["digest"]
            with self.subTest(script):
                self.shell(f"cd {self.work}\n" + self.real(script))
        for text in blocks("yaml"):
            (self.home.path / "shown.yaml").write_text(text)
            self.drover("apply", "-f", self.home.path / "shown.yaml", "--dry-run")


def help_of(*words):
    done = subprocess.run([harness.binaries() / "drover", *words, "--help"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


class Page(unittest.TestCase):
    def test_the_man_page_reads_without_warnings(self):
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        page = harness.CHECKOUT / "resources" / "man" / "drover.1"
        done = subprocess.run(["man", "--warnings", "--no-justification", "-E", "UTF-8", "-l", page], capture_output=True, text=True, check=True,
                              env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""})
        self.assertEqual(done.stderr, "")
        self.assertIn("drover dataset move dataset", done.stdout)
        for line in done.stdout.splitlines():
            self.assertLessEqual(len(re.sub("\x1b\\[[0-9;]*m|.\b", "", line)), 80, line)

    def test_commands_inside_sentences_are_commands(self):
        inline = set(re.findall(r"`drover ([a-z][a-z -]*[a-z])", re.sub(r"^```.*?^```$", "", GUIDE, flags=re.M | re.S)))
        self.assertIn("node declare-lost", inline)
        for words in inline:
            self.assertTrue(help_of(*words.split(" --")[0].split()), f"drover {words}")

    def test_no_command_is_missing(self):
        def commands(*path):
            found = re.search(r"^Commands:\n(.*?)^\n", help_of(*path) + "\n\n", re.M | re.S)
            return re.findall(r"^  ([a-z-]+)  ", found[1], re.M) if found else []
        self.assertGreater(len(commands()), 10)
        for command in commands():
            for path in [(command, below) for below in commands(command)] or [(command,)]:
                words = " ".join(path)
                if command not in ("completion", "version"):
                    self.assertTrue(re.search(rf"(drover |`){words}\b", GUIDE), f"the guide does not have {words}")


if __name__ == "__main__":
    harness.main()
