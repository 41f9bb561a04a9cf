#!/usr/bin/python3
"""What ./up promises: it starts what is missing and only that, keeps its ports, touches nobody else's things, goes away whole."""

import shutil
import socket
import sys
from pathlib import Path

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
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
        self.assertEqual((folder / "thesis").read_text(), "thesis\n")
        self.states.remove("mine")

    def test_refuses_to_become_another_cluster(self):
        self.start()
        self.assertIn("made with --nodes 3", self.up("--nodes", "5", expect=1))
        self.assertIn("made with --backend directory", self.up("--backend", "loopback", expect=1))

    def test_bad_usage(self):
        for arguments in (["--nodes", "0"], ["--nodes", "many"], ["--backend", "tape"], ["--down", "--clean"], ["--sideways"]):
            with self.subTest(arguments):
                self.assertIn("usage", self.up(*arguments, expect=2))
        self.assertFalse(self.state_folder().exists())


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
