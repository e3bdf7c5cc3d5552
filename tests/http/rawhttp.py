"""Helpers of tests/http/test_*.py: start the test server, speak HTTP over raw sockets,
print TAP. Standard library only.

A test is a function decorated with @test; run() runs all of the module's tests in order,
each against the one server that `server()` started unless it starts its own.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import time
import traceback

BUILD = os.environ.get("VITRINE_BUILD", "build")
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run():
    """Run every test; TAP on standard output; exit code 1 when one failed."""
    only = sys.argv[1:]
    tests = [t for t in TESTS if not only or t.__name__ in only]
    print("TAP version 13")
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, function in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {function.__name__}", flush=True)
        except Exception:  # a test reports any failure and the next one runs
            failed += 1
            print(f"not ok {number} - {function.__name__}")
            for line in traceback.format_exc().rstrip().splitlines():
                print("# " + line)
            sys.stdout.flush()
    stop_all()
    sys.exit(1 if failed else 0)


class Server:
    def __init__(self, *options):
        program = os.path.join(BUILD, "tests", "http", "http-test-server")
        self.process = subprocess.Popen([program, *map(str, options)], stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        assert first.startswith("port "), first
        self.port = int(first.split()[1])

    def stop(self):
        """Ask it to end; returns what it printed last. Fails when it does not end well."""
        if self.process.returncode is not None:
            return ""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, f"server ended with {self.process.returncode}"
        return rest

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


SERVERS = []


def server(*options):
    started = Server(*options)
    SERVERS.append(started)
    return started


def stop_all():
    for each in SERVERS:
        each.stop()


class Reply:
    def __init__(self, status, headers, body, interim):
        self.status, self.headers, self.body, self.interim = status, headers, body, interim

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:200]!r}>"


class Connection:
    """One TCP connection; reads replies one by one."""

    def __init__(self, port, timeout=10.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def send_slowly(self, data, step=1, pause=0.001):
        for i in range(0, len(data), step):
            self.send(data[i:i + step])
            time.sleep(pause)

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def _until(self, mark):
        while mark not in self.buffer:
            if not self._more():
                raise EOFError(f"closed before {mark!r}; had {self.buffer[:300]!r}")
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def _exactly(self, count):
        while len(self.buffer) < count:
            if not self._more():
                raise EOFError(f"closed after {len(self.buffer)} of {count} bytes")
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def _chunked(self):
        body = b""
        while True:
            size = int(self._until(b"\r\n"), 16)
            body += self._exactly(size)
            assert self._exactly(2) == b"\r\n"
            if size == 0:
                return body

    def reply(self, head=False):
        """The next final reply; 1xx replies are collected in .interim."""
        interim = []
        while True:
            lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            assert lines[0].startswith("HTTP/1.1 "), lines[0]
            status = int(lines[0].split()[1])
            headers = {}
            for line in lines[1:]:
                name, value = line.split(": ", 1)
                assert name.lower() not in headers, f"{name} twice"
                headers[name.lower()] = value
            if status >= 200:
                break
            interim.append(status)
        if head or status in (204, 304):
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = self._chunked()
        elif "content-length" in headers:
            body = self._exactly(int(headers["content-length"]))
        else:
            body = self.rest()
        return Reply(status, headers, body, interim)

    def rest(self):
        while self._more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def is_closed(self, within=2.0):
        """True when the server closes without sending anything more."""
        self.socket.settimeout(within)
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def is_open(self):
        """True when another request on this connection is answered."""
        try:
            self.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            return self.reply().body == b"hello\n"
        except (OSError, EOFError):
            return False


def ask(port, request, head=False):
    with Connection(port) as connection:
        connection.send(request)
        return connection.reply(head)


def get(port, target, *headers, method="GET"):
    lines = "".join(h + "\r\n" for h in headers)
    return ask(port, f"{method} {target} HTTP/1.1\r\nHost: x\r\n{lines}\r\n", head=method == "HEAD")


def wait_until(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
