#!/usr/bin/python3
"""The crash-point sweep: a cluster whose programs die at every point that the code names (DROVER_CRASH_POINT): before and after each
durable write, each step of a backend, each message. They are started again as a service manager does, while clients go on; at the end
all bytes and all acknowledged changes are there.

Sweep lets one cluster die everywhere: each point ends the first program that passes it, once. What was in use is a dataset of each
kind of pool, all three at work at the same time, so that programs also die while they recover from another death. EachPoint, for
`./check --long`, takes the points one by one, at their first, second and third pass, with everything else in peace.

The points are read from the sources, so that a new one is tried without being listed anywhere.
"""

import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
from supervisor import Supervisor  # noqa: E402

PROGRAMS = ["control", "n1", "n2", "n3"]
# What happens once in the life of a cluster or a node: `./up` is repeated until it is through.
AT_THE_BEGINNING = ["store.create.before", "store.create.synced", "store.create.renamed", "store.create.after", "folder.made"]
AT_THE_BEGINNING += [f"file.{name}.{moment}" for name in ("drover-pool.json", "node-id", "pools.json")
                     for moment in ("draft", "written", "renamed")]
# Files that agents write; the point's name is made of the file's.
FILES = ["contact.json", "identity.json", "released", "transfers.json"]
FILES_OF_LOOPBACK = ["lock.json"]
STEPS_OF_LOOPBACK = ["Attach", "Format", "Detach", "Grow"]
# Points that this tour does not reach, and where they are tried instead.
ELSEWHERE = {
    "delta.receive.begin": "contract_crash.cpp: a big file that changes between two passes",
    "delta.receive.block": "contract_crash.cpp",
    "delta.receive.finished": "contract_crash.cpp",
    "delta.receive.sized": "contract_crash.cpp",
    "delta.send.block": "contract_crash.cpp",
    "receive.remove": "contract_crash.cpp: a file that goes between two passes",
    "store.compact.before": "tst_sqlite_store: control forgets old history once a minute",
    "store.compact.middle": "tst_sqlite_store",
    "store.compact.after": "tst_sqlite_store",
    "store.recover.before": "recover_test.py: once in the life of a store",
    "store.recover.after": "recover_test.py",
}


def is_of_loopback(point):
    return (point.startswith(("loop.", "loopback.")) or point in ("receive.block", "send.block")
            or any(f"file.{name}." in point for name in FILES_OF_LOOPBACK)
            or any(f".{step}." in point for step in STEPS_OF_LOOPBACK))


def crash_points():
    """Every point of control and agents; the names that are put together at run time are put together here."""
    points = set()
    for folder in ("control", "agent"):
        for source in sorted((harness.CHECKOUT / folder).rglob("*.cpp")):
            points |= set(re.findall(r'DROVER_CRASH_POINT\("([^"]+)"\)', source.read_text()))
    steps = re.search(r"toString\(StepKind kind\)\n(.*?)\n}", (harness.CHECKOUT / "agent/core/step.cpp").read_text(), re.S)[1]
    for step in set(re.findall(r'return "(\w+)"', steps)) - {"Unknown"}:
        points |= {f"agent.step.{step}.before", f"agent.step.{step}.after"}
    points |= {f"file.{name}.{moment}" for name in FILES + FILES_OF_LOOPBACK for moment in ("draft", "written", "renamed")}
    return points | set(AT_THE_BEGINNING)


class Tally:
    """The folder in which the programs note which points they passed (DROVER_CRASH_TALLY)."""

    def __init__(self, test):
        self.folder = Path(tempfile.mkdtemp(prefix="drover-tally-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.folder.chmod(0o777)
        test.addCleanup(shutil.rmtree, self.folder)

    def environment(self, points, at=1):
        return {"DROVER_CRASH_AT": f"{','.join(points)}:{at}", "DROVER_CRASH_TALLY": str(self.folder)}

    def died_at(self, at=1):
        return {entry.name for entry in self.folder.iterdir() if entry.stat().st_size >= at}


class CrashTest(harness.ClusterTest):
    """A cluster with a pool of folders on each node and, as root, a shared pool of images and one of its own on each node."""

    backend = "directory"

    def setUp(self):
        self.loopback = not harness.loop_devices_problem()
        if not self.loopback:
            harness.say_loudly(f"the crash points of loopback are not tried: {harness.loop_devices_problem()}")
        super().setUp()

    def make_home(self):
        return harness.Home(plain=False)  # images need root; what a plain user may do is tried by the other tests

    def make_more_pools(self):
        """Image pools beside the folders, one shared by all nodes and one local to each; the agents' next start finds them."""
        if not self.loopback:
            return
        folder = self.state_folder()
        cluster = json.loads((folder / "cluster.json").read_text())["uuid"]
        pools = {"images": folder / "pool"}
        for node in PROGRAMS[1:]:
            pools[node] = folder / "nodes" / node / "blocks"
        for name, path in pools.items():
            shared = ["--shared", "--fence", "self"] if name == "images" else []
            done = self.home.run(["drover-agent", "pool", "init", "--path", path, "--kind", "loopback", "--name", name, "--cluster",
                                  cluster, *shared])
            self.assertEqual(done.returncode, 0, done.stderr)
        for node in PROGRAMS[1:]:
            file = folder / "nodes" / node / "agent.yaml"
            config = yaml.safe_load(file.read_text())
            config["pools"] += [
                {"name": "images", "kind": "loopback", "path": str(pools["images"]), "shared": True, "fence": "self"},
                {"name": "blocks", "kind": "loopback", "path": str(pools[node]), "shared": False, "fence": "none"}]
            file.write_text(yaml.safe_dump(config, sort_keys=False))

    def pools(self):
        return ["default", "images", "blocks"] if self.loopback else ["default"]

    def wanted_points(self):
        return {p for p in crash_points() if p not in ELSEWHERE and (self.loopback or not is_of_loopback(p))}

    def insist(self, *arguments):
        """A command, until it succeeds; the programs that died meanwhile are started again by the supervisor."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            done = self.drover(*arguments, expect=None)
            if done.returncode == 0:
                return done
            self.assertNotEqual(done.returncode, 1, f"usage: {arguments}\n{done.stderr}")
            harness.look_again_soon()
        self.fail(f"drover {' '.join(arguments)} does not succeed: exit code {done.returncode}\n{done.stdout}{done.stderr}")

    def check_data(self, node, dataset, wanted):
        self.assertEqual(self.fingerprint(self.mount(node, dataset)), wanted, f"{dataset} on {node}")

    def tour(self, dataset, pool):
        """create, write, move, resize, rename, delete, undelete, move back; the data is compared after each. Returns what was
        acknowledged."""
        self.insist("dataset", "create", dataset, "--size", "96MiB", "--node", "n1", "--pool", pool, "--id", str(uuid.uuid4()),
                    "--metadata", f"made={dataset}", "--wait=60")
        self.fill(self.mount("n1", dataset), 2)
        wanted = self.fingerprint(self.mount("n1", dataset))
        self.insist("dataset", "move", dataset, "--to", "n2", "--wait=60")
        self.check_data("n2", dataset, wanted)
        self.insist("dataset", "resize", dataset, "--size", "128MiB")
        self.insist("dataset", "set-metadata", dataset, "size=larger")
        self.insist("dataset", "delete", dataset, "--wait=60")
        self.insist("dataset", "undelete", dataset, "--wait=60")
        self.check_data("n2", dataset, wanted)
        self.insist("dataset", "move", dataset, "--to", "n3", "--wait=60")
        self.check_data("n3", dataset, wanted)
        return wanted

    def purge(self, dataset):
        """Deletes it for good, and waits until its data is gone from the disks: what is left of it is a name in an identity."""
        self.insist("dataset", "delete", dataset, "--wait=60")
        self.insist("dataset", "purge", dataset, "--yes")
        deadline = time.monotonic() + 60
        while self.is_on_disk(dataset):
            self.assertLess(time.monotonic(), deadline, f"{dataset} was purged and is still on a disk")
            harness.look_again_soon()

    def is_on_disk(self, dataset):
        went = []  # folders go while we look: then it has to be looked at again
        for folder, _, files in os.walk(self.state_folder(), onerror=went.append):
            if "identity.json" not in files:
                continue
            try:
                if json.loads(Path(folder, "identity.json").read_text())["name"] == dataset:
                    return True
            except (FileNotFoundError, ValueError) as error:
                went.append(error)
        return bool(went)

    def walk(self, number):
        """A tour in each kind of pool, all at once: a dataset that stays and one that is purged. Returns what has to be there."""
        results, problems = {}, []

        def one(pool):
            try:
                results[f"{pool}{number}"] = self.tour(f"{pool}{number}", pool)
                self.insist("dataset", "create", f"{pool}{number}-gone", "--size", "96MiB", "--node", "n1", "--pool", pool, "--id",
                            str(uuid.uuid4()), "--wait=60")
                self.purge(f"{pool}{number}-gone")
            except BaseException as problem:  # told in the test's own thread
                problems.append(problem)

        threads = [threading.Thread(target=one, args=(pool,)) for pool in self.pools()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        return results

    def losses(self, kept):
        """What is missing of all that was acknowledged."""
        lost = []
        there = {d["record"]["header"]["name"]: d for d in self.json("dataset", "list")["datasets"]}
        for name in sorted(set(there) ^ set(kept)):
            lost.append(f"dataset {name} is {'lost' if name in kept else 'back, though it was purged'}")
        for name, wanted in kept.items():
            spec = there.get(name, {}).get("record", {}).get("spec", {})
            if spec.get("metadata") != {"made": name, "size": "larger"} or spec.get("sizeBytes") != str(128 << 20):
                lost.append(f"changes of {name}: {spec}")
            self.drover("wait", "dataset", name, "--for", "in-sync", "--timeout", "60s")
            if self.fingerprint(self.mount("n3", name)) != wanted:
                lost.append(f"bytes of {name}")
        return lost


class Sweep(CrashTest):
    def test_every_point(self):
        began = time.monotonic()
        tally = Tally(self)
        wanted = self.wanted_points()
        self.die_at_the_beginning(tally)
        self.make_more_pools()
        print(f"the beginning: {time.monotonic() - began:.1f} s", flush=True)
        kept = {}
        with Supervisor(self, PROGRAMS, tally.environment(["*"])) as supervisor:
            for number in range(3):
                kept |= self.walk(number)
                print(f"tour {number + 1}: {time.monotonic() - began:.1f} s, {len(tally.died_at())} points", flush=True)
                if wanted <= tally.died_at():
                    break
        died = tally.died_at()
        supervisor.restart_all()
        self.addCleanup(supervisor.end_all)
        losses = self.losses(kept)
        print(f"points that ended a program: {' '.join(sorted(died))}")
        print(f"{len(died)} points, {len(died)} runs, {len(losses)} losses; {sum(supervisor.deaths.values())} deaths while in use "
              f"{supervisor.deaths}, {number + 1} tours, {time.monotonic() - began:.0f} s", flush=True)
        self.assertEqual(sorted(wanted - died), [], "points that the tour never reached")
        self.assertEqual(losses, [])

    def die_at_the_beginning(self, tally):
        for _ in range(len(AT_THE_BEGINNING) + 1):
            out = self.up("--nodes", "3", expect=None, environment=tally.environment(AT_THE_BEGINNING))
            if "up: " not in out:
                return
        self.fail(f"./up does not succeed: {out}")


class EachPoint(CrashTest):
    def test_each_point(self):
        began = time.monotonic()
        self.up("--nodes", "3")
        self.make_more_pools()
        points = sorted(self.wanted_points() - set(AT_THE_BEGINNING))
        runs, never, losses = 0, [], []
        for at in (1, 2, 3):
            for point in points:
                tally = Tally(self)
                with Supervisor(self, PROGRAMS, tally.environment([point], at)):
                    kept = self.walk(f"-{runs}")
                    lost = [f"{point}, pass {at}: {loss}" for loss in self.losses(kept)]
                    for dataset in kept:
                        self.purge(dataset)
                runs += 1
                losses += lost
                print(f"{point}:{at} {'died' if tally.died_at(at) else 'not reached'}, {time.monotonic() - began:.0f} s", *lost, sep="\n    ",
                      flush=True)
                if at == 1 and not tally.died_at():
                    never.append(point)
        print(f"{len(points)} points, {runs} runs, {len(losses)} losses, {time.monotonic() - began:.0f} s", flush=True)
        self.assertEqual(never, [], "points that the tour never reached")
        self.assertEqual(losses, [])


if __name__ == "__main__":
    harness.main()
