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
    megabytes = 64

    def test_in_a_move_and_after_a_delete(self):
        self.start()
        for victims in (["control"], ["n1"], ["n2"], ["control", "n1", "n2"]):
            with self.subTest(" and ".join(victims)):
                self.killed(victims, "-".join(["web", *victims]))

    def killed(self, victims, dataset):
        """n1 sends, n2 receives; whoever is killed, the move ends, and the dataset comes back from the trash."""
        self.drover("dataset", "create", dataset, "--size", "1GiB", "--node", "n1", "--wait")
        self.fill(self.mount("n1", dataset), self.megabytes)
        wanted = self.fingerprint(self.mount("n1", dataset))
        mirror = Mirror(self.client())
        self.drover("dataset", "move", dataset, "--to", "n2")
        mirror.until(lambda m: m.ledger(dataset).HasField("handover") or m.ledger(dataset).epoch > 1)
        self.assertEqual(mirror.ledger(dataset).epoch, 1, "the move was over before it could be disturbed")
        for victim in victims:
            self.kill9(victim)
        self.up()
        self.insist("wait", "dataset", dataset, "--for", "in-sync", "--timeout", "60s")
        self.check_data("n2", dataset, wanted)
        self.drover("dataset", "delete", dataset, "--wait")
        for victim in victims:
            self.kill9(victim)
        self.up()
        self.insist("dataset", "undelete", dataset, "--wait=60")
        self.check_data("n2", dataset, wanted)


class LoopbackKill9(Kill9):
    backend = "loopback"
    megabytes = 16


if __name__ == "__main__":
    harness.main()
