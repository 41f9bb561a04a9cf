"""A client in Python that knows nothing but the schema and docs/protocol.md: requests in protobuf, and a mirror of the streams with
the repair of gaps. Generated code is made at test time."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sockets import Sockets


def load_schema(schema):
    """Compiles drover/v1/*.proto of the folder and returns the module of the envelope."""
    if "drover.v1.envelope_pb2" in sys.modules:
        return sys.modules["drover.v1.envelope_pb2"], sys.modules["drover.v1.events_pb2"]
    out = tempfile.mkdtemp(prefix="drover-schema-")
    atexit.register(shutil.rmtree, out)
    files = sorted(str(p) for p in Path(schema, "drover/v1").glob("*.proto"))
    subprocess.run(["protoc", f"-I{schema}", f"--python_out={out}", *files], check=True)
    sys.path.insert(0, out)
    from drover.v1 import envelope_pb2, events_pb2  # noqa: E402
    return envelope_pb2, events_pb2


class ProtobufClient:
    def __init__(self, config, schema):
        self.envelope, self.events = load_schema(schema)
        self.sockets = Sockets(config)
        self.dealer = self.sockets.dealer()
        self._prefix = os.urandom(8).hex()
        self._count = 0

    def close(self):
        self.sockets.close()

    def request(self):
        self._count += 1
        return self.envelope.Request(protocol_version=1, request_id=f"{self._prefix}-{self._count}",
                                     deadline_ms=int(time.time() * 1000) + 30_000)

    def ask(self, request):
        """Sends a Request, returns the Reply that answers it."""
        self.dealer.send(request.SerializeToString())
        while True:
            frames = Sockets.receive(self.dealer)
            if frames is None:
                raise TimeoutError(f"no answer to {request}")
            reply = self.envelope.Reply.FromString(frames[-1])
            if reply.request_id == request.request_id:
                return reply


class Mirror:
    """A live copy of what the config/ stream tells: the snapshot's pages, then each message, and Changes since n after a gap.

    `drop` is asked for each message that arrives and says whether the network loses it (for tests).
    """

    def __init__(self, client, drop=lambda message: False):
        self._client = client
        self._drop = drop
        self._stream = client.events.STREAM_CONFIG
        self.records = {}
        self._page_of = {}  # each key's position: only what is later than its page applies to it
        self.stream_id = None
        self.n = 0
        self.repairs = 0
        self.snapshots = 0
        self._socket = client.sockets.subscriber("config/", "tick/")
        self._first_tick()
        self._take_snapshot()

    def _first_tick(self):
        while True:
            topic, body = self._next()
            if topic == b"tick/":
                return

    def _next(self):
        frames = Sockets.receive(self._socket)
        if frames is None:
            raise TimeoutError("no tick in time")
        return frames[0], frames[1]

    def _take_snapshot(self):
        """All pages. Every page says at which n it is true; the copy as a whole starts from the first page's, and what comes after
        that is applied to each key only if it is later than the key's own page."""
        self.snapshots += 1
        while True:
            records, positions, stream_ids, first, after = {}, {}, set(), None, ""
            while True:
                request = self._client.request()
                request.snapshot_get.stream = self._stream
                request.snapshot_get.page.after = after
                request.snapshot_get.page.limit = 2  # small, so that the test pages
                page = self._client.ask(request).snapshot_result
                stream_ids.add(page.stream_id)
                first = page.n if first is None else first
                for record in page.records:
                    key = key_of(record)
                    records[key], positions[key] = record, page.n
                after = page.next
                if not after:
                    break
            if len(stream_ids) == 1:
                break
        self.records, self._page_of, self.stream_id, self.n = records, positions, stream_ids.pop(), first

    def pump(self):
        """Takes the next message in; repairs what it finds missing."""
        topic, body = self._next()
        if topic == b"tick/":
            tick = self._client.events.Tick.FromString(body)
            for position in tick.positions:
                if position.stream == self._stream and (position.stream_id != self.stream_id or position.n < self.n):
                    self._take_snapshot()
                elif position.stream == self._stream and position.n > self.n:
                    self._repair()
            return
        message = self._client.events.StreamMessage.FromString(body)
        if self._drop(message):
            return
        if message.stream_id != self.stream_id:
            self._take_snapshot()
        elif message.n > self.n and message.prev_n != self.n:
            self._repair()
        elif message.n > self.n:
            self._apply(message)

    def _repair(self):
        self.repairs += 1
        while True:
            request = self._client.request()
            request.changes_get.stream = self._stream
            request.changes_get.stream_id = self.stream_id
            request.changes_get.after = self.n
            reply = self._client.ask(request)
            if reply.HasField("error"):
                self._take_snapshot()
                return
            for message in reply.changes_result.messages:
                self._apply(message)
            if self.n >= reply.changes_result.last:
                return

    def _apply(self, message):
        assert message.prev_n == self.n, (message.prev_n, self.n)
        self.n = message.n
        for change in message.commit.changes:
            put = change.WhichOneof("change") == "put"
            key = key_of(change.put) if put else (change.removed.kind, change.removed.id)
            if message.n <= self._page_of.get(key, 0):
                continue
            if put:
                self.records[key] = change.put
            else:
                self.records.pop(key, None)

    def until(self, condition):
        """Pumps until the condition holds."""
        while not condition(self):
            self.pump()

    def datasets(self):
        return {r.dataset.header.name: r.dataset for r in self.records.values() if r.WhichOneof("record") == "dataset"}

    def ledger(self, name):
        """What control remembers of the dataset of that name."""
        return self.records[self.ledger_key(name)].dataset_ledger

    def ledger_key(self, name):
        return KINDS["dataset_ledger"], self.datasets()[name].id


KINDS = {"cluster": 1, "dataset": 2, "node": 3, "key": 4, "history": 16, "dataset_ledger": 17, "node_ledger": 18, "pool_ledger": 19,
         "lease": 20, "tombstone": 21}


def key_of(record):
    """(kind, id) of a record, as RecordKey names it."""
    which = record.WhichOneof("record")
    value = getattr(record, which)
    if which in ("cluster", "history"):
        return KINDS[which], ""
    return KINDS[which], value.public_key if which == "key" else value.token if which == "lease" else value.id
