#!/usr/bin/python3
"""A control of a later release: it speaks no protocol version that this console knows, and says so. Listens until its input ends.

    newer_control.py CONTROL-KEY-FILE refuses|replies-in-its-own

Prints its address. `refuses`: answers every request with the error that a control gives; else: in frames of its own version.
"""

import json
import sys

import zmq
import zmq.auth


def request_id(frame):
    """Field 2 of a protobuf message, as text. Only varints and lengths of less than 128 come before it."""
    at = 0
    while at < len(frame):
        tag, at = frame[at], at + 1
        if tag == 0x12:
            return frame[at + 1:at + 1 + frame[at]].decode()
        at += 1 if tag & 7 == 0 else 1 + frame[at]
    return ""


def main():
    public, secret = zmq.auth.load_certificate(sys.argv[1])
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    router.curve_publickey, router.curve_secretkey, router.curve_server = public, secret, True
    router.linger = 0
    port = router.bind_to_random_port("tcp://127.0.0.1")
    print(f"tcp://127.0.0.1:{port}", flush=True)
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(sys.stdin.fileno(), zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if sys.stdin.fileno() in ready:
            break
        frames = router.recv_multipart()
        reply = {"protocolVersion": 1, "requestId": request_id(frames[-1]), "error": {
            "code": "ERROR_CODE_UNSUPPORTED_VERSION",
            "message": "this control, version 9.0.0, speaks protocol version 9, the client 1 to 1"}}
        if sys.argv[2] != "refuses":
            reply = {"protocolVersion": 9, "requestId": "whatever"}
        router.send_multipart([*frames[:-1], json.dumps(reply).encode()])


main()
