#!/usr/bin/python3
"""Programs die in the middle of the tour, and ./up again lets it go on with nothing lost.

Kill9 kills from outside at moments that a person would choose. CrashPoints ends the programs at every place that the code names
(DROVER_CRASH_POINT): before and after each durable write, each step, each reply. The points are read from the sources, so that a new
one is tried without being listed anywhere.
"""

import re
import sys
import time
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

    def insist_up(self):
        """./up until it succeeds: each program that was started to die may do so in the middle of another's start."""
        for _ in range(self.TRIES):
            out = self.up("--backend", self.backend, expect=None)
            if "up: " not in out:
                return
        self.fail(f"./up does not succeed: {out}")

    def check_data(self, node, dataset, wanted):
        self.assertEqual(self.fingerprint(self.mount(node, dataset)), wanted, f"{dataset} on {node}")

    def tour(self, dataset, megabytes):
        """create, write, move, resize, delete, undelete; the data is compared after each."""
        self.insist("dataset", "create", dataset, "--size", "1GiB", "--node", "n1", "--wait=60")
        self.fill(self.mount("n1", dataset), megabytes)
        wanted = self.fingerprint(self.mount("n1", dataset))
        self.insist("dataset", "move", dataset, "--to", "n2", "--wait=60")
        self.check_data("n2", dataset, wanted)
        self.insist("dataset", "resize", dataset, "--size", "2GiB")
        self.insist("dataset", "delete", dataset, "--wait=60")
        self.insist("dataset", "undelete", dataset, "--wait=60")
        self.check_data("n2", dataset, wanted)


    def client(self):
        client = ProtobufClient(self.state_folder() / "config", harness.CHECKOUT / "proto" / "schema")
        self.addCleanup(client.close)
        return client

    def purge(self, dataset):
        """Deletes it for good, and waits until every copy of it is gone."""
        mirror = Mirror(self.client())
        key = mirror.ledger_key(dataset)
        self.insist("dataset", "delete", dataset, "--wait=60")
        self.insist("dataset", "purge", dataset, "--yes")
        mirror.until(lambda m: key not in m.records)


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


# Points that the tour does not reach for certain: a file that goes between two passes, and what only local pools of images do.
ELSEWHERE = {"receive.remove", "receive.block", "loopback.receive.verified"}


def crash_points(*folders):
    points = set()
    for folder in folders:
        for source in sorted((harness.CHECKOUT / folder).rglob("*.cpp")):
            points |= set(re.findall(r'DROVER_CRASH_POINT\("([^"]+)"\)', source.read_text()))
    return sorted(points - ELSEWHERE)


def is_of_loopback(point):
    return point.startswith(("loop.", "loopback."))


class CrashPoints(CrashTest):
    folders = ()

    def points(self):
        return [point for point in crash_points(*self.folders) if is_of_loopback(point) == (self.backend == "loopback")]

    def test_every_point(self):
        self.start()
        self.assertGreater(len(self.points()), 5)
        not_reached = [point for number, point in enumerate(self.points()) if not self.survives(point, f"d{number}")]
        # What happens once in the life of a cluster is tried with a new one each.
        never_reached = []
        for point in not_reached:
            self.up("--clean")
            if not self.survives(point, "first"):
                never_reached.append(point)
        self.assertEqual(never_reached, [], "points that the tour never reached")

    def survives(self, point, dataset):
        """Walks the tour with programs that die at the point; whether one did."""
        with self.subTest(point):
            began = time.monotonic()
            self.up("--down")
            first = self.up("--backend", self.backend, expect=None, environment={"DROVER_CRASH_AT": point})
            # Where it died while it started, this up failed, perhaps before there was a cluster to speak of; the next one goes on.
            if "up: " in first:
                self.insist_up()
            with harness.Keeper(self, ["control", "n1", "n2", "n3"]) as keeper:
                self.tour(dataset, 2)
                self.purge(dataset)
            print(f"{point}: {time.monotonic() - began:.1f} s, {keeper.deaths} deaths", flush=True)
            return keeper.deaths > 0 or "up: " in first
        return True  # it failed, and was told so


class ControlCrashPoints(CrashPoints):
    folders = ("control",)


class AgentCrashPoints(CrashPoints):
    folders = ("agent",)


class LoopbackCrashPoints(AgentCrashPoints):
    backend = "loopback"


if __name__ == "__main__":
    harness.main()
