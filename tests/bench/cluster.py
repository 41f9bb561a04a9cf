#!/usr/bin/python3
"""Real clusters, started by ./up: a loopback dataset from its creation to its mount beside a shell script that makes the same calls,
and how long a writer of 100 MB/s is stopped by a move. Prints rows as the other benchmarks do (support/figures.h).

    cluster.py BINARIES FOLDER create ROUNDS
    cluster.py BINARIES FOLDER move MEGABYTES
"""

import json
import os
import random
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from protobuf_client import ProtobufClient  # noqa: E402
from sockets import Sockets  # noqa: E402

SIZE = 1 << 30
BLOCK = 1 << 20
RATE = 100_000_000  # bytes a second that the writer changes


def say(text):
    print(f"{time.monotonic() - BEGIN:7.2f} s  {text}", file=sys.stderr, flush=True)


class Cluster:
    """A cluster of its own below a folder; gone at the end of the block."""

    def __init__(self, binaries, folder, backend, nodes):
        self.state = Path(tempfile.mkdtemp(prefix="drover-bench-", dir=folder))
        self._binaries = binaries
        self._up = ["--state", str(self.state / "cluster")]
        self._first = ["--backend", backend, "--nodes", str(nodes)]

    def _run(self, *arguments):
        subprocess.run(["/usr/bin/python3", str(ROOT / "resources/local/cluster.py"), "--no-console", *self._up, *arguments], check=True,
                       env={**os.environ, "DROVER_BIN": str(self._binaries)}, stdout=subprocess.DEVNULL)

    def __enter__(self):
        try:
            self._run(*self._first)
            self.client = ProtobufClient(self.state / "cluster" / "config", ROOT / "proto" / "schema")
            self._events = self.client.sockets.subscriber("state/", "tick/")
            while Sockets.receive(self._events)[0] != b"tick/":
                pass
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if hasattr(self, "client"):
            self.client.close()
        self._run("--clean")
        shutil.rmtree(self.state, ignore_errors=True)

    def mounts(self, node):
        return self.state / "cluster" / "nodes" / node / "mnt"

    def write(self, fill):
        """Sends one write, filled in by `fill(operation)`; returns the reply."""
        request = self.client.request()
        fill(request.write.operations.add())
        reply = self.client.ask(request)
        if reply.HasField("error"):
            raise RuntimeError(reply.error.message)
        return reply

    def create(self, name, node):
        def fill(operation):
            operation.dataset_create.name = name
            operation.dataset_create.size_bytes = SIZE
            operation.dataset_create.node.name = node
        return self.write(fill).write_result.results[0].dataset

    def until_mounted(self, dataset, elsewhere_than=""):
        """Waits for the event that says it is mounted, and in sync; returns the node's id."""
        while True:
            frames = Sockets.receive(self._events)
            if frames is None:
                raise TimeoutError("control says nothing")
            if frames[0] != b"state/":
                continue
            for fact in self.client.events.StreamMessage.FromString(frames[1]).facts:
                status = fact.dataset_put if fact.WhichOneof("change") == "dataset_put" else None
                if status is not None and status.id == dataset and status.node and status.path and status.node != elsewhere_than:
                    return status.node

    def purge(self, dataset):
        def delete(operation):
            operation.dataset_delete.dataset.id = dataset

        def purge(operation):
            operation.dataset_purge.dataset.id = dataset
        self.write(delete)
        self.write(purge)


# ---- create

# What the agent does, call by call: an identity that is made durable each time it changes, the image, its device, a look at what is on
# it, the filesystem, the mount, its root folder, the names.
SCRIPT = r"""
set -eu
cd "$1"; id=$2; name=$3
identity() { printf '{"copy": "%s", "state": "%s"}\n' "$id" "$1" > "images/$id/.new"; sync "images/$id/.new"
             mv "images/$id/.new" "images/$id/identity.json"; sync "images/$id"; }
mkdir "images/$id"
truncate -s "$4" "images/$id/image"; sync "images/$id/image"
identity created; sync images
device=$(losetup --find --show --direct-io=on "images/$id/image")
blkid -p "$device" || true
identity formatting
mkfs.ext4 -q -F -m 0 -E nodiscard -U "$id" "$device"; sync "$device"
blkid -p "$device" > /dev/null
identity formatted
mkdir -m 0700 "mnt/by-id/$id"
mount -t ext4 -o relatime,discard,errors=remount-ro "$device" "mnt/by-id/$id"
rmdir "mnt/by-id/$id/lost+found"; chmod 0777 "mnt/by-id/$id"; sync -f "mnt/by-id/$id"
identity prepared
ln -s "by-id/$id" "mnt/.$name"; mv "mnt/.$name" "mnt/$name"; sync mnt
"""
UNDO = r"""
set -eu
cd "$1"; id=$2
device=$(losetup --noheadings --output NAME --associated "images/$id/image")
umount "mnt/by-id/$id"; losetup -d "$device"
"""


def measure_create(binaries, folder, rounds):
    ours, script = [], []
    with Cluster(binaries, folder, "loopback", 1) as cluster:
        by_hand = cluster.state / "by-hand"
        for part in ("images", "mnt/by-id"):
            (by_hand / part).mkdir(parents=True)
        for number in range(rounds + 1):
            name = f"d{number}"
            copy = str(uuid.uuid4())
            begin = time.monotonic()
            subprocess.run(["sh", "-c", SCRIPT, "sh", str(by_hand), copy, name, str(SIZE)], check=True, stdout=subprocess.DEVNULL)
            by_script = time.monotonic() - begin
            subprocess.run(["sh", "-c", UNDO, "sh", str(by_hand), copy], check=True)
            begin = time.monotonic()
            dataset = cluster.create(name, "n1")
            cluster.until_mounted(dataset)
            by_us = time.monotonic() - begin
            if not os.path.ismount(os.path.realpath(cluster.mounts("n1") / name)):
                raise RuntimeError(f"{name} is said to be mounted, and is not")
            say(f"script {by_script * 1000:.0f} ms, drover {by_us * 1000:.0f} ms")
            if number > 0:  # the first one warms the caches of both
                script.append(by_script)
                ours.append(by_us)
    ratio = statistics.median(a / b for a, b in zip(ours, script))
    return [{"figure": "loopback: create asked for -> mounted", "goal": "<= 1.3 x shell script",
             "measured": f"{statistics.median(ours) * 1000:.0f} ms, {ratio:.2f} x",
             "baseline": f"shell script {statistics.median(script) * 1000:.0f} ms", "met": ratio <= 1.3,
             "values": {"seconds": statistics.median(ours), "script_seconds": statistics.median(script), "ratio": ratio}}]


# ---- move

class Writer(threading.Thread):
    """Changes 100 MB/s below the dataset's name, wherever it is mounted: opens, writes one block, closes. `hot`: blocks of one big
    file; else files of one block each, made anew. Remembers when each write was done, and what should be where."""

    def __init__(self, places, megabytes, hot):
        super().__init__()
        self._places = places
        self._blocks = megabytes
        self._hot = hot
        self._random = random.Random(1)
        self._noise = [os.urandom(BLOCK) for _ in range(16)]
        self.wanted = {}
        self.done = []
        self.stopping = threading.Event()
        self.problem = None
        for block in range(megabytes):
            self._write(self._places[0], block)

    def _write(self, place, block):
        number = self._random.randrange(len(self._noise))
        if self._hot:
            path, offset = place / "hot", block * BLOCK
        else:
            path, offset = place / f"file-{block}", 0
        fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            # Whoever has it open may finish: only then it is written for certain.
            os.pwrite(fd, self._noise[number], offset)
            self.wanted[block] = number
        finally:
            os.close(fd)

    def run(self):
        try:
            due = time.monotonic()
            while not self.stopping.is_set():
                block = self._random.randrange(self._blocks)
                for place in self._places:
                    if not place.exists():
                        continue
                    try:
                        self._write(place, block)
                    except FileNotFoundError:
                        continue  # it went between the look and the open
                    self.done.append(time.monotonic())
                    break
                due = max(due + BLOCK / RATE, time.monotonic() - 0.05)  # what was missed is not made up for
                select.select([], [], [], max(0.0005, due - time.monotonic()))
        except OSError as error:
            self.problem = error

    def longest_pause(self, since):
        times = [t for t in self.done if t >= since]
        return max(b - a for a, b in zip(times, times[1:]))

    def check(self, place):
        for block, number in self.wanted.items():
            with open(place / "hot" if self._hot else place / f"file-{block}", "rb") as file:
                file.seek(block * BLOCK if self._hot else 0)
                if file.read(BLOCK) != self._noise[number]:
                    raise RuntimeError(f"block {block} is not what was written")


def measure_stop(cluster, name, megabytes, hot):
    dataset = cluster.create(name, "n1")
    source = cluster.until_mounted(dataset)
    places = [cluster.mounts(node) / name for node in ("n1", "n2")]
    writer = Writer(places, megabytes, hot)
    writer.start()
    try:
        if writer.stopping.wait(1):
            raise RuntimeError("stopped")
        begin = time.monotonic()

        def move(operation):
            operation.dataset_move.dataset.id = dataset
            operation.dataset_move.to.name = "n2"
        cluster.write(move)
        cluster.until_mounted(dataset, elsewhere_than=source)
        took = time.monotonic() - begin
        # It goes on at the target.
        arrived = len(writer.done)
        while len(writer.done) == arrived and writer.is_alive():
            select.select([], [], [], 0.01)
    finally:
        writer.stopping.set()
        writer.join()
    if writer.problem is not None:
        raise writer.problem
    pause = writer.longest_pause(begin)
    rate = len([t for t in writer.done if t < begin]) * BLOCK / (begin - writer.done[0]) / 1e6
    writer.check(places[1])
    say(f"{'one hot file' if hot else 'many files'}: stopped {pause:.2f} s, moved in {took:.1f} s")
    cluster.purge(dataset)
    what = f"one file of {megabytes} MiB" if hot else f"{megabytes} files of 1 MiB"
    return {"figure": f"writers stopped by a move, {what}", "goal": "<= 1 s at 100 MB/s of changes",
            "measured": f"{pause:.2f} s; move {took:.1f} s", "baseline": f"{rate:.0f} MB/s of changes before", "met": pause <= 1,
            "values": {"seconds": pause, "move_seconds": took, "rate": rate}}


def measure_move(binaries, folder, megabytes):
    with Cluster(binaries, folder, "directory", 2) as cluster:
        return [measure_stop(cluster, "many", megabytes, hot=False), measure_stop(cluster, "hot", megabytes, hot=True)]


BEGIN = time.monotonic()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))  # by the way of every block's end
    if len(sys.argv) != 5 or sys.argv[3] not in ("create", "move"):
        sys.exit(__doc__)
    binaries, folder, what, amount = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3], int(sys.argv[4])
    rows = measure_create(binaries, folder, amount) if what == "create" else measure_move(binaries, folder, amount)
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
