#!/usr/bin/python3
"""Bad input gets a clear error and changes nothing, in frames and on the command line."""

import json
import random
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
from json_client import JsonClient  # noqa: E402

GOOD = {"name": "ok", "sizeBytes": str(64 << 20), "node": {"name": "n1"}}


def create(**fields):
    return {"datasetCreate": {**GOOD, **fields}}


# (what, operation, error code)
BAD_OPERATIONS = [
    ("a path as name", create(name="../x"), "INVALID_ARGUMENT"),
    ("an absolute path as name", create(name="/etc"), "INVALID_ARGUMENT"),
    ("no name", create(name=""), "INVALID_ARGUMENT"),
    ("300 characters as name", create(name="x" * 300), "INVALID_ARGUMENT"),
    ("a control character in a name", create(name="a\nb"), "INVALID_ARGUMENT"),
    ("an id as name", create(name="0b9ee2a4-4b9c-4b7f-8f0b-0a1f6f6f0d11"), "INVALID_ARGUMENT"),
    ("size 0", create(sizeBytes="0"), "INVALID_ARGUMENT"),
    ("size 2^63", create(sizeBytes=str(1 << 63)), "INVALID_ARGUMENT"),
    ("size below the least", create(sizeBytes=str(64 << 20 >> 1)), "INVALID_ARGUMENT"),
    ("size that is no multiple", create(sizeBytes=str((64 << 20) + 1)), "INVALID_ARGUMENT"),
    ("unknown node", create(node={"name": "n99"}), "NOT_FOUND"),
    ("unknown pool", create(pool="tape"), "NOT_FOUND"),
    ("unknown filesystem", create(filesystem="fat12"), None),
    ("too much metadata", create(metadata={f"k{i}": "v" for i in range(17)}), "INVALID_ARGUMENT"),
    ("a long metadata value", create(metadata={"k": "v" * 257}), "INVALID_ARGUMENT"),
    ("an empty metadata key", create(metadata={"": "v"}), "INVALID_ARGUMENT"),
    ("an unknown dataset", {"datasetMove": {"dataset": {"name": "nobody"}, "to": {"name": "n1"}}}, "NOT_FOUND"),
    ("no dataset", {"datasetMove": {"dataset": {}, "to": {"name": "n1"}}}, "INVALID_ARGUMENT"),
    ("a broken id", {"datasetDelete": {"dataset": {"id": "zebra"}}}, "INVALID_ARGUMENT"),
    ("an unknown verb", {"datasetTeleport": {"dataset": {"name": "kept"}}}, ("UNKNOWN_FIELDS", "MALFORMED")),
    ("no verb", {}, ("INVALID_ARGUMENT", "MALFORMED")),
    ("an unknown field", create(colour="blue"), "UNKNOWN_FIELDS"),
    ("a lease without a holder", {"leaseAcquire": {"dataset": {"name": "kept"}, "node": {"name": "n1"}, "holder": ""}},
     "INVALID_ARGUMENT"),
    ("a rollback to the future", {"rollback": {"to": "999999"}}, ("INVALID_ARGUMENT", "NOT_FOUND")),
    ("a shrink", {"datasetResize": {"dataset": {"name": "kept"}, "sizeBytes": str(64 << 20)}}, None),
]


class BadInput(harness.ClusterTest):
    nodes = 1

    def setUp(self):
        super().setUp()
        self.start()
        self.client = JsonClient(self.state_folder() / "config")
        self.addCleanup(self.client.close)
        self.drover("dataset", "create", "kept", "--size", "128MiB", "--node", "n1", "--wait")

    def configuration(self):
        return self.drover("export").stdout

    def assert_refused(self, reply, codes, what):
        self.assertIsInstance(reply, dict, what)
        self.assertIn("error", reply, what)
        error = reply["error"]
        if codes is not None:
            codes = [f"ERROR_CODE_{code}" for code in ((codes,) if isinstance(codes, str) else codes)]
            self.assertIn(error["code"], codes, f"{what}: {error}")
        self.assertGreater(len(error["message"]), 10, what)
        self.assertFalse(error["message"].endswith("."), error["message"])

    def test_operations(self):
        before = self.configuration()
        for what, operation, codes in BAD_OPERATIONS:
            with self.subTest(what):
                self.assert_refused(self.client.ask(self.client.write(operation)), codes, what)
        self.assertEqual(self.configuration(), before)

    def test_a_batch_is_all_or_nothing(self):
        before = self.configuration()
        reply = self.client.ask(self.client.write(create(name="first"), create(name="../second")))
        self.assert_refused(reply, "INVALID_ARGUMENT", "a batch with one bad operation")
        self.assertEqual(self.configuration(), before)

    def test_preconditions(self):
        before = self.configuration()
        operation = {"datasetRename": {"dataset": {"name": "kept"}, "name": "lost"},
                     "preconditions": [{"kind": "RECORD_KIND_DATASET", "name": "kept", "modRevision": "999999"}]}
        reply = self.client.ask(self.client.write(operation))
        self.assert_refused(reply, "PRECONDITION_FAILED", "a precondition that does not match")
        self.assertIn("current", reply, "the refusal carries the current value")
        self.assertEqual(self.configuration(), before)

    def test_envelopes(self):
        before = self.configuration()
        verb = self.client.write(create())
        cases = [
            ("wrong version", {**verb, "protocolVersion": 99}, "UNSUPPORTED_VERSION"),
            ("no request id", {**verb, "requestId": ""}, "INVALID_ARGUMENT"),
            ("a request id of 65 bytes", {**verb, "requestId": "x" * 65}, "INVALID_ARGUMENT"),
            ("no deadline", {**verb, "deadlineMs": None}, "INVALID_ARGUMENT"),
            ("a deadline that has passed", {**verb, "deadlineMs": "1000"}, "DEADLINE_EXCEEDED"),
            ("a deadline in a year", {**verb, "deadlineMs": str(1 << 42)}, "INVALID_ARGUMENT"),
            ("a deadline of 2^63", {**verb, "deadlineMs": str(1 << 63)}, "MALFORMED"),
            ("a deadline of -2^63", {**verb, "deadlineMs": str(-(1 << 63))}, "INVALID_ARGUMENT"),
            ("an unknown field", {**verb, "urgency": "high"}, "UNKNOWN_FIELDS"),
            ("nothing to do", {"write": {}}, ("INVALID_ARGUMENT", "MALFORMED")),
            ("no verb", {}, ("MALFORMED", "INVALID_ARGUMENT")),
            ("an unknown verb", {"destroyEverything": {}}, ("UNKNOWN_FIELDS", "MALFORMED")),
        ]
        for what, fields, codes in cases:
            with self.subTest(what):
                request = self.client.request({}, **fields)
                request = {key: value for key, value in request.items() if value is not None}
                self.assert_refused(self.client.exchange(json.dumps(request).encode()), codes, what)
        self.assertEqual(self.configuration(), before)

    def test_frames(self):
        before = self.configuration()
        whole = json.dumps(self.client.request(self.client.write(create(name="cut")))).encode()
        frames = [whole[:length] for length in range(1, len(whole), 7)]
        frames += [b"{", b"{}", b"{]", b'{"requestId": "\xff\xfe"}', b"{" * 5000, b'{"write":' * 200,
                   b'{"write":{"operations":' + b"[" * 200_000, b'{"a":"' + b"\\ud800" * 1000 + b'"}', b"{" + b"\0" * 100]
        for frame in frames:
            with self.subTest(frame[:60]):
                self.assert_refused(self.client.exchange(frame), None, "a broken JSON frame")
        # Binary: every answer is a frame (decoded in the Python client's test), and control lives.
        chance = random.Random(4523)
        for _ in range(200):
            self.assertIsNotNone(self.client.exchange(b"\x0a" + chance.randbytes(chance.randrange(1, 300))))
        self.assertIsNotNone(self.client.exchange(b""))
        too_large = json.dumps(self.client.request(self.client.write(create(name="x" * (1 << 20))))).encode()
        self.assert_refused(self.client.exchange(too_large), "TOO_LARGE", "a frame over 1 MiB")
        self.assertNotIn("error", self.client.ask({"statusGet": {}}))
        self.assertEqual(self.configuration(), before)

    def test_a_message_of_many_frames_is_no_request(self):
        before = self.configuration()
        good = json.dumps(self.client.request(self.client.write(create(name="pieces")))).encode()
        pieces = JsonClient(self.state_folder() / "config")
        try:
            for frames in ([good, good], [b"", good, b""], [b"", b"", good], [b"{"] * 5000, [b""] * 5000):
                pieces._dealer.send_multipart(frames)
                self.assertNotIn("error", self.client.ask({"statusGet": {}}))
        finally:
            pieces.close()
        self.assertEqual(self.configuration(), before)

    def test_a_frame_over_the_hard_limit_costs_the_connection_only(self):
        greedy = JsonClient(self.state_folder() / "config")
        try:
            greedy._dealer.send(b"{" + b" " * (5 << 20))
            self.assertNotIn("error", self.client.ask({"statusGet": {}}))
        finally:
            greedy.close()

    def test_command_line(self):
        before = self.configuration()
        cases = [
            (1, ["dataset", "create"]), (1, ["dataset", "teleport", "kept"]), (1, ["dataset", "create", "x", "--size", "big", "--node", "n1"]),
            (1, ["dataset", "create", "x", "--size=-1", "--node", "n1"]), (1, ["dataset", "list", "--output", "stone"]),
            (1, ["dataset", "create", "x", "--size", "9223372036854775808", "--node", "n1"]),
            (2, ["dataset", "create", "x", "--size", "1GiB", "--node", "n99"]), (2, ["dataset", "show", "nobody"]),
            (2, ["dataset", "create", "kept", "--size", "1GiB", "--node", "n1"]),
            (2, ["dataset", "resize", "kept", "--size", "64MiB"]),
            (3, ["--control", "tcp://127.0.0.1:1", "status"]),
        ]
        for name in ("../x", "", "x" * 300):
            cases.append(((1, 2), ["dataset", "create", name, "--size", "1GiB", "--node", "n1"]))
        cases.append(((1, 2), ["dataset", "create", "x", "--size", "0", "--node", "n1"]))
        for codes, arguments in cases:
            with self.subTest(arguments):
                done = self.drover(*arguments, expect=None)
                self.assertIn(done.returncode, codes if isinstance(codes, tuple) else (codes,), done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr.strip(), "")
        self.assertEqual(self.configuration(), before)

    def test_a_configuration_with_a_typo_names_line_and_column(self):
        before = self.configuration()
        path = self.home.path / "cluster.yaml"
        cases = [
            ("datasets:\n  - name: web\n    sise: 1GiB\n    node: n1\n", "3:5", "sise"),
            ("datasets:\n  - name: web\n    size: lots\n    node: n1\n", "3:11", "lots"),
            ("datasets:\n  - name: [unclosed\n", None, None),
            ("datasets: 7\n", "1:11", None),
        ]
        for text, position, word in cases:
            with self.subTest(text):
                self.shell(f"cat > {path} <<'END'\n{text}END")
                done = self.drover("apply", "-f", path, "--yes", expect=None)
                self.assertIn(done.returncode, (1, 2), done.stderr)
                self.assertIn("cluster.yaml", done.stderr)
                if position:
                    line, column = position.split(":")
                    self.assertRegex(done.stderr, rf"{line}:{column}|line {line}, column {column}")
                if word:
                    self.assertIn(word, done.stderr)
        self.assertEqual(self.configuration(), before)

    def test_a_stranger_is_told_so(self):
        import zmq
        public, secret = zmq.curve_keypair()
        identity = self.home.path / "stranger.key_secret"
        self.shell(f"umask 077; cat > {identity} <<'END'\nmetadata\ncurve\n    public-key = \"{public.decode()}\"\n"
                   f"    secret-key = \"{secret.decode()}\"\nEND")
        done = self.drover("--identity", identity, "status", expect=None)
        self.assertIn(done.returncode, (2, 3), done.stderr)
        self.assertIn("key", done.stderr)


if __name__ == "__main__":
    harness.main()
