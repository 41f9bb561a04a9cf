"""ZeroMQ sockets to a cluster's control, as docs/protocol.md describes them; for clients in tests that are not ours."""

import zmq
import zmq.auth
import yaml


def certificate(path):
    """(public, secret) of a ZeroMQ certificate file; secret is None in a public one."""
    public, secret = zmq.auth.load_certificate(str(path))
    return public, secret


class Sockets:
    """The sockets of one user of one cluster: `config` is a file of the command line's form, `identity` another key file to use."""

    SECONDS = 20  # a bound on what one answer may take

    def __init__(self, config, identity=None):
        content = yaml.safe_load(config.read_text())
        context = next(c for c in content["contexts"] if c["name"] == content["current"])
        self._endpoints = {"requests": context["control"], "events": context["events"]}
        self._server_key = context["key"].encode()
        self._keys = certificate(identity or context["identity"])
        self._zmq = zmq.Context()
        self._open = []

    def close(self):
        for socket in self._open:
            socket.close(linger=0)
        self._zmq.term()

    def _connect(self, kind, endpoint):
        socket = self._zmq.socket(kind)
        self._open.append(socket)
        socket.linger = 0
        socket.curve_publickey, socket.curve_secretkey = self._keys
        socket.curve_serverkey = self._server_key
        socket.connect(endpoint)
        return socket

    def dealer(self):
        return self._connect(zmq.DEALER, self._endpoints["requests"])

    def req(self):
        return self._connect(zmq.REQ, self._endpoints["requests"])

    def subscriber(self, *topics):
        socket = self._connect(zmq.SUB, self._endpoints["events"])
        for topic in topics:
            socket.subscribe(topic)
        return socket

    @classmethod
    def receive(cls, socket, seconds=None):
        """The next message as a list of frames; None when none comes in time."""
        if not socket.poll(int(1000 * (cls.SECONDS if seconds is None else seconds))):
            return None
        return socket.recv_multipart()
