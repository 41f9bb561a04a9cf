"""A client that sends JSON frames and nothing else: what a script needs to talk to control. Follows docs/protocol.md."""

import json
import os
import time

from sockets import Sockets


class JsonClient:
    """One connection. `ask` sends a verb and returns the whole reply as a dictionary."""

    def __init__(self, config, identity=None):
        self._sockets = Sockets(config, identity)
        self._dealer = self._sockets.dealer()
        self._prefix = os.urandom(8).hex()
        self._count = 0

    def close(self):
        self._sockets.close()

    def new_id(self):
        self._count += 1
        return f"{self._prefix}-{self._count}"

    def request(self, verb, **fields):
        """The request as a dictionary: the verb, e.g. {"statusGet": {}}, with everything around it."""
        return {"protocolVersion": 1, "requestId": self.new_id(), "deadlineMs": str(int(time.time() * 1000) + 30_000), **verb, **fields}

    def write(self, *operations, **fields):
        return {"write": {"operations": list(operations), **fields}}

    def ask(self, verb, **fields):
        return self.exchange(json.dumps(self.request(verb, **fields)).encode())

    def exchange(self, frame):
        """Sends any bytes; the reply as a dictionary, or as bytes where it is not JSON; None when none came."""
        self._dealer.send(frame)
        frames = Sockets.receive(self._dealer)
        if frames is None:
            return None
        answer = frames[-1]
        return json.loads(answer) if answer.startswith(b"{") else answer
