#!/usr/bin/env python3
"""Starting, stopping, many connections, overload: the server as a whole."""
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time

from rawhttp import BUILD, Connection, get, run, server, test, wait_until

SANITIZED = os.environ.get("HTTP_TEST_SANITIZED") == "1"  # then memory use says nothing

resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


@test
def address_in_use_is_a_clear_error():
    s = server()
    program = os.path.join(BUILD, "tests", "http", "http-test-server")
    second = subprocess.run([program, "--port", str(s.port)], capture_output=True, text=True, timeout=10, check=False)
    assert second.returncode == 1
    assert second.stderr == f"cannot listen on 127.0.0.1 port {s.port}: Address already in use\n", second.stderr
    s.stop()


@test
def listens_on_ipv6_and_ipv4():
    s = server("--address", "::")
    assert b"address=127.0.0.1\n" in get(s.port, "/show").body
    with socket.create_connection(("::1", s.port), timeout=5) as c:
        c.sendall(b"GET /show HTTP/1.0\r\n\r\n")
        data = b""
        while more := c.recv(4096):
            data += more
    assert b"address=::1\n" in data
    s.stop()


@test
def stop_when_idle_is_quick():
    s = server("--drain", 5000)
    clients = [Connection(s.port) for _ in range(50)]
    for c in clients[:25]:
        assert c.is_open()
    started = time.monotonic()
    s.stop()
    assert time.monotonic() - started < 3
    for c in clients:
        assert c.is_closed()


def wait_for(s, count, number):
    assert wait_until(lambda: json.loads(get(s.port, "/counts").body)[count] == number)


@test
def stop_answers_what_is_in_flight():
    s = server("--drain", 5000)
    with Connection(s.port) as c:
        c.send("GET /slow?ms=500 HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(s, "slow", 1)
        s.process.send_signal(signal.SIGTERM)
        reply = c.reply()
        assert reply.status == 200 and reply.headers["connection"] == "close"
        assert c.is_closed()
    s.stop()


@test
def stop_refuses_new_connections():
    s = server("--drain", 5000)
    with Connection(s.port) as c:
        c.send("GET /slow?ms=3000 HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(s, "slow", 1)
        s.process.send_signal(signal.SIGTERM)

        def is_refused():
            try:
                with Connection(s.port, timeout=0.3) as late:
                    late.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                    late.reply()
                return False
            except (OSError, EOFError):
                return True

        assert wait_until(is_refused), "answered"
        assert s.process.poll() is None, "it did not wait"
        assert c.reply().status == 200
    s.stop()


@test
def stop_ends_uploads_that_do_not_end():
    s = server("--drain", 300)
    with Connection(s.port) as c:
        c.send("PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        c.send(b"x" * 500000)
        wait_for(s, "begun", 1)
        started = time.monotonic()
        assert "begun 1 handled 0 aborted 1" in s.stop()
        assert 0.2 < time.monotonic() - started < 5


@test
def stop_ends_streams_that_do_not_end():
    s = server("--drain", 300)
    with Connection(s.port) as c:
        c.send("GET /stream?size=1000000000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        c.socket.recv(1000)
        assert "freed 1" in s.stop()


@test
def stop_under_load():
    for _ in range(5):
        s = server("--drain", 1000)
        going = True

        def work(port, path):
            while going:
                try:
                    with Connection(port) as c:
                        for _ in range(50):
                            c.send(path)
                            c.reply()
                except (OSError, EOFError):
                    time.sleep(0.01)

        upload = b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200000
        hello = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
        threads = [threading.Thread(target=work, args=(s.port, upload if i % 2 else hello)) for i in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        numbers = dict(zip(*[iter(s.stop().split())] * 2))
        going = False
        for thread in threads:
            thread.join()
        assert int(numbers["begun"]) == int(numbers["handled"]) + int(numbers["aborted"]), numbers


@test
def a_full_queue_is_503():
    s = server("--workers", 1, "--queue", 2)
    clients = []
    for number in range(8):
        c = Connection(s.port)
        c.send(f"GET /slow?ms={0 if number else 3000} HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(c)
        if number == 0:
            wait_for(s, "slow", 1)  # the only worker is busy, the queue is empty
    replies = [c.reply() for c in clients]
    refused = [r for r in replies if r.status == 503]
    assert len(refused) == 5, replies
    assert all(r.headers["retry-after"] == "1" and json.loads(r.body)["code"] == "AGAIN" for r in refused)
    assert all(c.is_open() for c in clients)
    s.stop()


@test
def a_full_queue_does_not_break_uploads_in_progress():
    s = server("--workers", 1, "--queue", 1, "--chunk", 65536)
    with Connection(s.port, timeout=30) as c:
        c.send("PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n")
        c.send(b"x" * 200000)
        slow = []
        for _ in range(6):
            other = Connection(s.port, timeout=30)
            other.send("GET /slow?ms=200 HTTP/1.1\r\nHost: x\r\n\r\n")
            slow.append(other)
        c.send(b"x" * 1800000)
        reply = c.reply()
        assert reply.status == 200 and json.loads(reply.body)["bytes"] == 2000000, reply
        for other in slow:
            other.reply()
    s.stop()


@test
def connections_over_the_limit_wait():
    s = server("--max-connections", 10)
    clients = [Connection(s.port) for _ in range(10)]
    assert all(c.is_open() for c in clients)
    late = Connection(s.port)
    late.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
    late.socket.settimeout(0.5)
    try:
        late.socket.recv(1)
        raise AssertionError("answered")
    except TimeoutError:
        pass
    clients[0].socket.close()
    late.socket.settimeout(5)
    assert late.reply().status == 200
    s.stop()


@test
def thousands_of_idle_connections():
    s = server()
    before = s.rss_kib()
    clients = []
    for _ in range(5000):
        c = Connection(s.port)
        c.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(c)
    for c in clients:
        assert c.reply().status == 200
    per_connection = (s.rss_kib() - before) / len(clients)
    print(f"# {per_connection:.1f} KiB per idle connection")
    assert SANITIZED or per_connection < 48, per_connection
    for c in clients[::50]:
        assert c.is_open()
    for c in clients:
        c.socket.close()
    assert wait_until(lambda: get(s.port, "/hello").status == 200)
    s.stop()


@test
def parallel_uploads_stay_small():
    s = server()
    size = 3_000_000
    head = f"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()

    def work(results):
        with Connection(s.port, timeout=60) as c:
            c.send(head)
            for _ in range(size // 100000):
                c.send(b"x" * 100000)
            results.append(c.reply().status)

    results = []
    threads = [threading.Thread(target=work, args=(results,)) for _ in range(128)]
    for thread in threads:
        thread.start()
    peak = 0
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, s.rss_kib())
        time.sleep(0.02)
    assert results == [200] * 128, results
    print(f"# peak RSS with 128 uploads: {peak} KiB")
    assert SANITIZED or peak < 48 * 1024, peak
    s.stop()


if __name__ == "__main__":
    run()
