#!/usr/bin/python3
"""kill -9 of control and agents in the middle of a move and of a delete, at moments that a person would choose; ./up again lets it go
on with nothing lost. Every place that the code names is tried by crash_points_test.py."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
from protobuf_client import Mirror, ProtobufClient  # noqa: E402


class CrashTest(harness.ClusterTest):
    TRIES = 6

    def insist(self, *arguments):
        """A command of the command line, until it succeeds: whenever it fails, what died is started again."""
        for _ in range(self.TRIES):
            done = self.drover(*arguments, expect=None)
            if done.returncode == 0:
                return done
            self.assertNotEqual(done.returncode, 1, f"usage: {arguments}\n{done.stderr}")
            self.up()
        self.fail(f"drover {' '.join(arguments)} does not succeed: exit code {done.returncode}\n{done.stdout}{done.stderr}")

    def check_data(self, node, dataset, wanted):
        self.assertEqual(self.fingerprint(self.mount(node, dataset)), wanted, f"{dataset} on {node}")

    def client(self):
        client = ProtobufClient(self.state_folder() / "config", harness.CHECKOUT / "proto" / "schema")
        self.addCleanup(client.close)
        return client


class Kill9(CrashTest):
    def killed_in_a_move(self, victims):
        self.start()
        self.drover("dataset", "create", "web", "--size", "1GiB", "--node", "n1", "--wait")
        self.fill(self.mount("n1", "web"))
        wanted = self.fingerprint(self.mount("n1", "web"))
        mirror = Mirror(self.client())
        self.drover("dataset", "move", "web", "--to", "n2")
        mirror.until(lambda m: m.ledger("web").HasField("handover") or m.ledger("web").epoch > 1)
        self.assertEqual(mirror.ledger("web").epoch, 1, "the move was over before it could be disturbed")
        for victim in victims:
            self.kill9(victim)
        self.up()
        self.insist("wait", "dataset", "web", "--for", "in-sync", "--timeout", "60s")
        self.check_data("n2", "web", wanted)
        self.drover("dataset", "delete", "web", "--wait")
        for victim in victims:
            self.kill9(victim)
        self.up()
        self.insist("dataset", "undelete", "web", "--wait=60")
        self.check_data("n2", "web", wanted)

    def test_control(self):
        self.killed_in_a_move(["control"])

    def test_the_agent_that_sends(self):
        self.killed_in_a_move(["n1"])

    def test_the_agent_that_receives(self):
        self.killed_in_a_move(["n2"])

    def test_control_and_agents(self):
        self.killed_in_a_move(["control", "n1", "n2"])


class LoopbackKill9(Kill9):
    backend = "loopback"


if __name__ == "__main__":
    harness.main()
