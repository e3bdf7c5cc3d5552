#!/usr/bin/env python3
"""Broken requests by the thousand: the server must answer or close, and live on.

Takes good requests apart at random, always in the same way (a fixed seed; another one and
another count by MUTATIONS_SEED and MUTATIONS).
"""
import json
import os
import random
import socket

from rawhttp import Connection, get, run, server, test, wait_until

S = server("--idle", 2, "--chunk", 65536)
P = S.port
SEED = int(os.environ.get("MUTATIONS_SEED", "1"))
COUNT = int(os.environ.get("MUTATIONS", "1500"))

GOOD = [
    b"GET /show/a%20b/in/c?q=1%2B2 HTTP/1.1\r\nHost: example.org\r\nX-Test: y\r\nCookie: a=b; c=d\r\n\r\n",
    b"GET /file HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\nIf-Range: \"v1\"\r\n\r\n",
    b"GET /file HTTP/1.1\r\nHost: x\r\nIf-None-Match: W/\"a\", \"v1\"\r\nIf-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nContent-Type: a/b\r\n\r\nhello world",
    b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-T: y\r\n\r\n",
    b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nhello world",
    b"PUT /upload?fail=data HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000,
    b"HEAD /stream?size=100&known=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
]
PIECES = [b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b"%", b"%00", b"/..", b"Content-Length: 3\r\n", b"0\r\n\r\n",
          b"Transfer-Encoding: chunked\r\n", b"Host: x\r\n", b"\xff", b"99999999999999999999", b"-1", b"HTTP/1.0", b"?", b"#",
          b"bytes=-", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"a" * 3000]


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(min(len(data), 400) or 1)
        action = rng.randrange(5)
        if action == 0:
            data[at:at] = rng.choice(PIECES)
        elif action == 1:
            del data[at:at + rng.randint(1, 20)]
        elif action == 2 and data:
            data[at] = rng.randrange(256)
        elif action == 3:
            data[at:at] = data[rng.randrange(len(data) or 1):][:rng.randint(1, 200)]
        else:
            data[at:at + 2] = rng.choice(PIECES)
    return bytes(data)


def one(rng):
    request = b"".join(mutate(rng, rng.choice(GOOD)) if rng.random() < 0.7 else rng.choice(GOOD)
                       for _ in range(rng.randint(1, 3)))
    with Connection(P, timeout=10) as c:
        try:
            cut = rng.randrange(len(request) + 1)
            c.send(request[:cut])
            c.send(request[cut:])
            if rng.random() < 0.8:
                c.socket.shutdown(socket.SHUT_WR)
                c.rest()
        except OSError:
            pass


@test
def the_server_survives():
    rng = random.Random(SEED)
    for _ in range(COUNT):
        one(rng)
    assert get(P, "/hello").status == 200


@test
def everything_begun_was_ended():
    def ended():
        now = json.loads(get(P, "/counts").body)
        return now["begun"] == now["handled"] + now["aborted"]
    assert wait_until(ended, seconds=10), get(P, "/counts").body


if __name__ == "__main__":
    run()
