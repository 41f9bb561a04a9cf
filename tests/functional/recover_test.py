#!/usr/bin/python3
"""Control's store is an old copy, or is lost: a person makes it true again from what the nodes have, as docs/operations/store-damaged.md
says, and no byte is missing afterwards."""

import json
import re
import shutil
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

PAGE = harness.CHECKOUT / "docs" / "operations" / "store-damaged.md"
SECONDS = 90  # for agents to begin anew; a bound, not a wait


class RecoverTest(harness.ClusterTest):
    def setUp(self):
        super().setUp()
        self.page = PAGE.read_text()

    def printed(self, command):
        """The command as the page prints it, so that what is printed is what works."""
        self.assertIn(command, self.page)
        return command.split()[1:]

    def store(self):
        return self.state_folder() / "control"

    def make(self, name, node, megabytes=2):
        self.drover("dataset", "create", name, "--size", "64MiB", "--node", node, "--wait")
        self.fill(self.mount(node, name), megabytes)
        return self.fingerprint(self.mount(node, name))

    def status(self):
        return self.json("status")

    def until(self, what, condition):
        """Asks until it is so; each question is a program's run, so that nobody is asked too often."""
        end = time.monotonic() + SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end, what)

    def all_have_told(self):
        done = self.drover(*self.printed("drover recover plan"), expect=None)
        return done.returncode == 0 and "wait until" not in done.stdout

    def check(self, node, name, wanted):
        self.drover("wait", "dataset", name, "--timeout", "60s")
        self.assertEqual(self.fingerprint(self.mount(node, name)), wanted, f"{name} on {node}")


class OldCopy(RecoverTest):
    def test_an_old_copy_is_found_out_and_recovered(self):
        self.start()
        web = self.make("web", "n1")
        shop = self.make("shop", "n1")
        self.kill9("control")
        old = self.home.path / "old"
        shutil.copytree(self.store(), old)
        self.up()
        # What the copy will not know: a move, a creation, a deletion.
        self.drover("dataset", "move", "web", "--to", "n2", "--wait=60")
        mail = self.make("mail", "n3")
        self.drover("dataset", "delete", "shop", "--wait=60")

        self.kill9("control")
        shutil.rmtree(self.store())
        shutil.copytree(old, self.store())
        self.own(self.store())
        self.up()
        self.until("control does not find out", lambda: self.status().get("safeMode", False))
        said = self.drover("status").stdout
        self.assertIn("Safe mode", said)
        self.assertIn("drover recover plan", said)
        self.assertRegex(self.status()["safeModeReason"], r"older (than the cluster|copy)")
        since = self.status()["safeModeSinceMs"]
        refused = self.drover("dataset", "create", "other", "--size", "64MiB", expect=2)
        self.assertIn("drover recover plan", refused.stderr)
        # It is known to the store, not to the process.
        self.kill9("control")
        self.up()
        self.assertEqual(self.status()["safeModeSinceMs"], since)
        # Whoever uses a dataset was not disturbed.
        self.assertEqual(self.fingerprint(self.mount("n2", "web")), web)

        self.until("not all nodes tell what they have", self.all_have_told)
        plan = " ".join(self.drover("recover", "plan").stdout.split())  # as if it were not wrapped
        self.assertIn("On n2 ", plan)
        self.assertRegex(plan, "dataset web: adopt copy .*primary at epoch 2")
        self.assertRegex(plan, "dataset mail: adopt copy")
        self.drover("recover", "apply", expect=1)  # nobody is here to type the cluster's name
        for point in ("before", "after"):  # control dies in the midst of it, and comes back
            self.kill9("control")
            self.up(environment={"DROVER_CRASH_AT": f"store.recover.{point}"})
            self.until("not all nodes tell what they have", self.all_have_told)
            self.assertNotEqual(self.drover(*self.printed("drover recover apply"), "--yes", expect=None).returncode, 0)
            self.assertIsNone(harness.find_program(self.state_folder() / "run" / "control.ready"), "control did not die")
            self.up()
            self.assertEqual(self.status().get("safeMode", False), point == "before")
        self.assertIn("3 datasets adopted", self.drover("history", "--limit", "1000").stdout)

        self.check("n2", "web", web)
        self.check("n3", "mail", mail)
        self.assertIn("shop", self.drover("dataset", "list", "--deleted").stdout)
        self.drover("dataset", "undelete", "shop", "--wait=60")
        self.check("n1", "shop", shop)
        # Life goes on, over a restart too.
        self.drover("dataset", "move", "mail", "--to", "n1", "--wait=60")
        self.check("n1", "mail", mail)
        self.kill9("control")
        self.up()
        self.assertFalse(self.status().get("safeMode", False))
        self.drover("dataset", "move", "web", "--to", "n3", "--wait=60")
        self.check("n3", "web", web)
        self.assertIn("recovered from the nodes", self.drover("history", "--limit", "1000").stdout)

    def own(self, folder):
        for path in [folder, *folder.rglob("*")] if self.home.user is not None else []:
            shutil.chown(path, self.home.user, self.home.user)


class LostStore(RecoverTest):
    def test_a_lost_store_is_made_again(self):
        self.start()
        web = self.make("web", "n1")
        self.drover("dataset", "move", "web", "--to", "n2", "--wait=60")
        mail = self.make("mail", "n3")
        self.kill9("control")
        shutil.rmtree(self.store())

        pools = sorted(self.state_folder().rglob("drover-pool.json"))
        cluster = json.loads(pools[0].read_text())["cluster"]
        command = re.search(r"drover-control --recover .*", self.page).group(0)
        words = command.replace("STATE", str(self.store())).replace("KEYS", str(self.state_folder() / "keys"))
        words = words.replace("NAME", "local").replace("ID", cluster).split()
        ready = self.home.path / "ready"
        process = self.home.popen([*words, "--listen", "tcp://127.0.0.1:0", "--events", "tcp://127.0.0.1:0", "--ready-file", ready])
        try:
            self.until("control does not start", lambda: ready.exists() or process.poll() is not None)
            self.assertIsNone(process.poll(), "control did not make the store")
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)
        # At its own address again, where the agents look for it. Nobody is a node of an empty store, so ./up waits in vain.
        self.up(expect=None)
        self.assertTrue(self.status()["safeMode"])
        self.until("not all nodes tell what they have",
                   lambda: self.all_have_told() and self.drover("recover", "plan").stdout.count("adopt copy") == 2)
        self.drover(*self.printed("drover recover apply"), "--yes")
        self.check("n2", "web", web)
        self.check("n3", "mail", mail)
        self.assertEqual(len(self.json("node", "list")["nodes"]), self.nodes)
        self.drover("dataset", "move", "mail", "--to", "n1", "--wait=60")
        self.check("n1", "mail", mail)


if __name__ == "__main__":
    harness.main()
