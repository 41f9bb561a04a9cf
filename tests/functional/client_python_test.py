#!/usr/bin/python3
"""docs/protocol.md is enough: a client in another language creates, lists, watches, and repairs what it missed."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
from protobuf_client import Mirror, ProtobufClient  # noqa: E402


class ClientPython(harness.ClusterTest):
    nodes = 1

    def setUp(self):
        super().setUp()
        self.start()
        self.client = ProtobufClient(self.state_folder() / "config", harness.CHECKOUT / "proto" / "schema")
        self.addCleanup(self.client.close)

    def good(self, request):
        reply = self.client.ask(request)
        self.assertFalse(reply.HasField("error"), reply.error)
        return reply

    def create(self, name, **fields):
        request = self.client.request()
        verb = request.write.operations.add().dataset_create
        verb.name, verb.size_bytes, verb.node.name = name, 64 << 20, "n1"
        for key, value in fields.items():
            setattr(verb, key, value)
        return request

    def server_records(self):
        """The whole configuration and ledger as a new mirror sees it."""
        return Mirror(self.client).records

    def test_create_list_watch(self):
        mirror = Mirror(self.client)
        self.assertEqual(mirror.datasets(), {})
        reply = self.good(self.create("web"))
        uid = reply.write_result.results[0].dataset
        mirror.until(lambda m: "web" in m.datasets())
        self.assertEqual(mirror.datasets()["web"].id, uid)

        listing = self.client.request()
        listing.dataset_list.SetInParent()
        self.assertEqual([d.record.id for d in self.good(listing).dataset_list_result.datasets], [uid])

        delete = self.client.request()
        delete.write.operations.add().dataset_delete.dataset.id = uid
        self.good(delete)
        mirror.until(lambda m: m.datasets()["web"].HasField("deletion"))
        self.assertEqual(mirror.snapshots, 1)
        self.assertEqual(mirror.repairs, 0)

    def test_a_lost_message_is_repaired_by_the_next_one_or_by_the_tick(self):
        lost = []

        def drop(message):
            if message.n % 2:
                lost.append(message.n)
                return True
            return False

        mirror = Mirror(self.client, drop)
        for number in range(8):
            self.good(self.create(f"d{number}"))
        mirror.until(lambda m: len(m.datasets()) == 8)
        self.assertTrue(lost)
        self.assertGreater(mirror.repairs, 0)
        self.assertEqual(mirror.snapshots, 1)
        for number in range(8):
            self.drover("wait", "dataset", f"d{number}", "--for", "mounted")
        whole = self.server_records()  # nothing changes any more
        mirror.until(lambda m: m.records == whole)

    def test_a_restart_of_control_is_survived(self):
        mirror = Mirror(self.client)
        self.good(self.create("before"))
        mirror.until(lambda m: "before" in m.datasets())
        self.kill9("control")
        self.up()
        self.good(self.create("after"))
        mirror.until(lambda m: "after" in m.datasets())
        self.assertEqual(sorted(mirror.datasets()), ["after", "before"])

    def test_many_in_flight(self):
        requests = [self.create(f"d{number}") for number in range(50)]
        for request in requests:
            self.client.dealer.send(request.SerializeToString())
        answered = set()
        while len(answered) < len(requests):
            frames = self.client.sockets.receive(self.client.dealer)
            self.assertIsNotNone(frames, f"{len(answered)} of {len(requests)} were answered")
            reply = self.client.envelope.Reply.FromString(frames[-1])
            self.assertFalse(reply.HasField("error"), reply.error)
            answered.add(reply.request_id)
        self.assertEqual(answered, {r.request_id for r in requests})

    def test_a_plain_req_socket_works(self):
        req = self.client.sockets.req()
        request = self.client.request()
        request.status_get.SetInParent()
        req.send(request.SerializeToString())
        reply = self.client.envelope.Reply.FromString(self.client.sockets.receive(req)[-1])
        self.assertEqual(reply.request_id, request.request_id)
        self.assertEqual(reply.status_result.nodes, 1)

    def test_every_truncated_frame_is_answered_and_changes_nothing(self):
        whole = self.create("cut").SerializeToString()
        for length in range(len(whole)):
            self.client.dealer.send(whole[:length])
            frames = self.client.sockets.receive(self.client.dealer)
            self.assertIsNotNone(frames, f"no answer to {length} bytes")
            self.assertTrue(self.client.envelope.Reply.FromString(frames[-1]).HasField("error"), f"{length} bytes")
        self.assertEqual(self.json("dataset", "list")["datasets"], [])

    def test_an_unknown_field_in_a_write_is_refused_by_number(self):
        request = self.create("guarded")
        frame = request.SerializeToString() + b"\xa0\x3e\x01"  # field 996, a varint
        self.client.dealer.send(frame)
        reply = self.client.envelope.Reply.FromString(self.client.sockets.receive(self.client.dealer)[-1])
        self.assertIn("996", reply.error.message)
        self.assertEqual(self.json("dataset", "list")["datasets"], [])


if __name__ == "__main__":
    harness.main()
