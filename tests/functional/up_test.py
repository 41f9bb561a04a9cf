#!/usr/bin/python3
"""What ./up promises: it starts what is missing and only that, keeps its ports, touches nobody else's things, goes away whole."""

import os
import shutil
import socket
import sys
import unittest
from pathlib import Path

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "resources" / "local"))
import harness  # noqa: E402


class UpTest(harness.ClusterTest):
    def pids(self, state=None):
        run = self.state_folder(state) / "run"
        return {name: harness.find_program(run / f"{name}.ready") for name in ("control", *(f"n{i + 1}" for i in range(self.nodes)))}

    def user_config(self):
        return self.home.path / ".config" / "drover" / "config"


class UpAgain(UpTest):
    def test_starts_what_is_missing_and_nothing_else(self):
        out = self.start()
        self.assertIn("drover dataset create", out)
        first = self.pids()
        self.assertNotIn(None, first.values())
        config = self.user_config().read_text()

        self.up()
        self.assertEqual(self.pids(), first, "nothing was missing")

        self.kill9("n2")
        self.up()
        second = self.pids()
        self.assertNotEqual(second["n2"], first["n2"])
        self.assertEqual({**second, "n2": 0}, {**first, "n2": 0})

        self.kill9("control")
        self.up()
        third = self.pids()
        self.assertNotEqual(third["control"], second["control"])
        self.assertEqual({**third, "control": 0}, {**second, "control": 0})
        self.assertEqual(self.user_config().read_text(), config, "control kept its ports")

        for name in third:
            self.kill9(name)
        self.up()
        self.assertNotIn(None, self.pids().values())
        self.assertEqual(len(self.json("node", "list")["nodes"]), self.nodes)

    def test_programs_that_were_built_anew_are_started_anew(self):
        programs = self.home.checkout / "build" / "bin"
        programs.unlink() if programs.is_symlink() else shutil.rmtree(programs)
        programs.mkdir()
        names = ("drover", "drover-agent", "drover-control")
        for name in names:
            shutil.copy2(harness.binaries() / name, programs / name)
        self.start()
        first = self.pids()
        for name in names:  # as the linker mold does it
            aside = programs / f".mold-{name}"
            (programs / name).rename(aside)
            shutil.copy2(aside, programs / name)
            aside.unlink()
        self.up()
        second = self.pids()
        self.assertNotIn(None, second.values())
        self.assertEqual(set(first.values()) & set(second.values()), set())
        self.up("--down")
        self.assertEqual(set(self.pids().values()), {None})

    def test_down_keeps_and_clean_removes(self):
        self.start()
        self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait")
        self.shell(f"touch {self.mount('n1', 'web')}/precious")
        self.up("--down")
        self.assertEqual(set(self.pids().values()), {None})
        self.assertIn("nothing was running", self.up("--down"))
        self.drover("status", expect=3)

        self.up()
        self.drover("wait", "dataset", "web", "--for", "mounted")
        self.assertTrue((self.mount("n1", "web") / "precious").exists())

        self.up("--clean")
        self.assertFalse(self.state_folder().exists())
        self.assertFalse(self.user_config().exists())
        self.assertIn("nothing was running", self.up("--clean"))

    def test_a_taken_port_is_replaced(self):
        self.start()
        self.up("--down")
        endpoint = yaml.safe_load(self.user_config().read_text())["contexts"][0]["control"]
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", int(endpoint.rpartition(":")[2])))
            squatter.listen()
            self.up()
            self.assertNotEqual(yaml.safe_load(self.user_config().read_text())["contexts"][0]["control"], endpoint)
            self.drover("status")

    def test_other_contexts_of_the_user_stay(self):
        other = {"name": "work", "control": "tcp://example.org:4523", "key": "x" * 40, "identity": "/nowhere/me.key_secret"}
        self.shell(f"mkdir -p {self.user_config().parent}; cat > {self.user_config()} <<'END'\n"
                   + yaml.safe_dump({"current": "work", "contexts": [other]}) + "END")
        self.start()
        config = yaml.safe_load(self.user_config().read_text())
        self.assertEqual(config["current"], "local")
        self.assertIn(other, config["contexts"])
        self.up("--clean")
        self.assertEqual(yaml.safe_load(self.user_config().read_text()), {"current": "work", "contexts": [other]})

    def test_refuses_what_it_did_not_make(self):
        folder = self.home.path / "mine"
        self.shell(f"mkdir {folder}; echo thesis > {folder}/thesis")
        self.assertIn("not a local cluster", self.up(state="mine", expect=1))
        self.assertIn("not a local cluster", self.up("--clean", state="mine", expect=1))
        self.up("--down", state="mine")
        self.assertEqual([entry.name for entry in folder.iterdir()], ["thesis"], "nothing of ours is left in there")
        self.assertEqual((folder / "thesis").read_text(), "thesis\n")
        self.states.remove("mine")

    def test_a_file_is_no_folder(self):
        for path, of in ((self.home.path / "letter", "letter"), (self.home.path / "letter" / "below", "below")):
            (self.home.path / "letter").write_text("dear reader\n")
            for arguments in ([], ["--down"], ["--clean"]):
                with self.subTest(of, arguments=arguments):
                    said = self.home.run(["./up", "--no-console", *arguments, "--state", path])
                    self.assertEqual(said.returncode, 1)
                    self.assertIn("letter is a file, not a folder", said.stderr)

    def test_what_is_not_there_is_not_removed(self):
        self.assertIn("there is no local cluster in ~/nowhere", self.up("--clean", state="nowhere"))
        self.assertFalse(self.state_folder("nowhere").exists())

    @unittest.skipIf(os.geteuid() != 0, "the plain user is made by root")
    def test_a_refused_cluster_leaves_no_folder(self):
        self.assertIn("as root", self.up("--backend", "loopback", state="refused", expect=1))
        self.assertFalse(self.state_folder("refused").exists())

    def test_refuses_to_become_another_cluster(self):
        self.start()
        self.assertIn("made with --nodes 3", self.up("--nodes", "5", expect=1))
        self.assertIn("made with --backend directory", self.up("--backend", "loopback", expect=1))

    def test_bad_usage(self):
        for arguments in (["--nodes", "0"], ["--nodes", "many"], ["--backend", "tape"], ["--down", "--clean"], ["--sideways"]):
            with self.subTest(arguments):
                self.assertIn("usage", self.up(*arguments, expect=2))
        self.assertFalse(self.state_folder().exists())

    def test_what_builds_nothing_needs_no_build(self):
        no_programs = {"DROVER_BIN": ""}  # ./up as people call it
        for arguments, says, code in ((["--sideways"], "usage", 2), (["--nodes", "0"], "from 1 to 100", 2), (["--help"], "--clean", 0),
                                      (["--down"], "nothing was running", 0), (["--clean"], "nothing was running", 0)):
            with self.subTest(arguments):
                self.assertIn(says, self.up(*arguments, expect=code, environment=no_programs))
        self.assertFalse((self.home.checkout / "build" / "log").exists(), "nothing was installed or built")

    def test_what_it_says_to_type_next_works(self):
        for wanted in ("create", "move"):  # a new cluster, and one that has the dataset of the first time
            said = self.up("--nodes", "2", state="two")
            typed = said.partition("Type next:\n")[2]
            self.assertIn(f"drover dataset {wanted} web", typed)
            self.shell(typed)
        self.assertNotIn("dataset create", typed)


class LoopbackDown(UpTest):
    backend = "loopback"
    nodes = 1

    def test_what_stays_mounted_is_said(self):
        self.start()
        self.assertNotIn("mounted", self.up("--down"))
        self.start()
        self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait")
        said = self.up("--down")
        self.assertRegex(said, r"still mounted, .*--clean unmounts and removes them:\n  ~/\.local/share/drover/local/nodes/n1/mnt/")


class WhatToTypeNext(unittest.TestCase):
    """The commands below `Type next:`, by what there is."""

    def commands(self, nodes=("n1", "n2"), datasets=(), safe_mode=False):
        import next_steps
        return next_steps.commands(
            {"safeMode": safe_mode},
            [{"ledger": {"id": name, "hostname": name}, "state": {"liveness": alive}} for name, alive in
             ((n, "LIVENESS_ALIVE") if isinstance(n, str) else n for n in nodes)],
            [{"record": {"header": {"name": name}}, "status": {"node": node}, "leases": leases} for name, node, leases in datasets],
            lambda node: f"/mnt/{node}")

    def test_a_new_cluster(self):
        self.assertEqual(self.commands(), ["drover dataset create web --size 1GiB --node n1 --wait", "ls /mnt/n1/web",
                                           "drover dataset move web --to n2 --wait"])

    def test_one_node_has_nowhere_to_move_to(self):
        self.assertEqual(self.commands(nodes=["n1"]), ["drover dataset create web --size 1GiB --node n1 --wait", "ls /mnt/n1/web",
                                                       "drover dataset show web"])

    def test_what_is_there_is_not_made_again(self):
        self.assertEqual(self.commands(datasets=[("web", "n2", [])]), ["ls /mnt/n2/web", "drover dataset move web --to n1 --wait"])

    def test_what_is_leased_does_not_move(self):
        self.assertEqual(self.commands(datasets=[("web", "n2", [{}])]), ["ls /mnt/n2/web", "drover dataset show web"])

    def test_what_is_nowhere_is_looked_at(self):
        self.assertEqual(self.commands(datasets=[("web", None, [])]), ["drover dataset show web"])

    def test_of_many_nodes_the_first_are_taken(self):
        self.assertEqual(self.commands(nodes=["n10", "n2", "n1"])[2], "drover dataset move web --to n2 --wait")

    def test_nodes_that_are_silent_are_not_used(self):
        self.assertEqual(self.commands(nodes=[("n1", "LIVENESS_LOST"), "n2"])[0],
                         "drover dataset create web --size 1GiB --node n2 --wait")
        self.assertEqual(self.commands(nodes=[("n1", "LIVENESS_LOST")]), ["drover node list"])

    def test_in_safe_mode_only_recovery_helps(self):
        self.assertEqual(self.commands(safe_mode=True), ["drover recover plan"])


class SideBySide(UpTest):
    nodes = 2

    def test_two_clusters_do_not_see_each_other(self):
        self.start("east")
        self.start("west")
        self.assertFalse(self.user_config().exists(), "--state leaves the user's own configuration alone")
        east, west = (yaml.safe_load((self.state_folder(s) / "config").read_text())["contexts"][0] for s in ("east", "west"))
        self.assertNotEqual(east["control"], west["control"])
        # Connections get their own ends' ports from the kernel: one of them could sit on control's port while it is down.
        given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        for endpoint in (east["control"], east["events"], west["control"], west["events"]):
            self.assertLess(int(endpoint.rpartition(":")[2]), given)
        self.assertNotEqual(east["key"], west["key"])

        self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait", state="east")
        self.assertEqual(self.json("dataset", "list", state="west").get("datasets", []), [])
        self.assertFalse(self.mount("n1", "web", "west").exists())

        # A key of the one opens nothing at the other.
        crossed = {"current": "x", "contexts": [{**west, "name": "x", "identity": east["identity"]}]}
        self.shell(f"cat > {self.home.path}/crossed <<'END'\n{yaml.safe_dump(crossed)}END")
        refused = self.drover("status", expect=None, environment={"DROVER_CONFIG": str(self.home.path / "crossed")})
        self.assertNotEqual(refused.returncode, 0)

        before = self.pids("west")
        self.up("--clean", state="east")
        self.assertEqual(set(self.pids("east").values()), {None})
        self.assertEqual(self.pids("west"), before)
        self.drover("status", state="west")


if __name__ == "__main__":
    harness.main()
