"""A proxy between the command and the server that reads along, and cuts wires when asked to.

It knows which bytes of which body went over the wire how often, and on which of them a wire was cut, so that tests can
say what "nothing is sent twice" means: a byte goes again only when the wire that carried it was cut, and then once.
"""
import collections
import random
import re
import socket
import threading
import time


class Body:
    """The bytes of one file, in one direction: how often each of them was seen, as pieces [from, to)."""

    def __init__(self):
        self.pieces, self.requests, self.cuts = [], 0, 0

    def bytes(self):
        return sum(end - start for start, end in self.pieces)

    def most_often(self):
        edges = sorted([(start, 1) for start, _ in self.pieces] + [(end, -1) for _, end in self.pieces])
        most = now = 0
        for _, step in edges:
            now += step
            most = max(most, now)
        return most


class Exchange:
    """A request and its answer, as far as they were seen."""

    def __init__(self, method, path, start):
        self.method, self.path, self.start = method, path, start
        self.up = self.down = 0      # bytes of the bodies
        self.answered = False


class Reader:
    """Heads and bodies out of a stream of messages. on_head(first line, headers) -> the body's size; on_body(size)."""

    def __init__(self, on_head, on_body, on_end):
        self.on_head, self.on_body, self.on_end = on_head, on_body, on_end
        self.head, self.left = b"", None

    def feed(self, data):
        while data:
            if self.left is None:
                self.head += data
                head, end, data = self.head.partition(b"\r\n\r\n")
                if not end:
                    return
                self.head = b""
                first, *lines = head.split(b"\r\n")
                headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(b":") for line in lines)}
                self.left = self.on_head(first, headers)
            else:
                taken = min(len(data), self.left)
                self.on_body(taken)
                self.left -= taken
                data = data[taken:]
            if self.left == 0:
                self.left = None
                self.on_end()


class Connection:
    def __init__(self, proxy):
        self.proxy = proxy
        self.open = collections.deque()  # exchanges that have no whole answer yet
        self.request = Reader(self.request_head, self.request_body, lambda: None)
        self.answer = Reader(self.answer_head, self.answer_body, self.answer_end)
        self.informational = False

    def request_head(self, first, headers):
        method, path, _ = first.split(b" ", 2)
        given = re.match(rb"bytes=(\d+)-", headers.get(b"range", b""))
        exchange = Exchange(method.decode(), path.decode().partition("?")[0], int(given.group(1)) if given else 0)
        self.open.append(exchange)
        self.proxy.count_request(exchange)
        return int(headers.get(b"content-length", 0))

    def request_body(self, size):
        self.open[-1].up += size

    def answer_head(self, first, headers):
        status = int(first.split(b" ", 2)[1])
        self.informational = status < 200
        if self.informational or status in (204, 304) or self.open[0].method == "HEAD":
            return 0
        return int(headers.get(b"content-length", 0))

    def answer_body(self, size):
        self.open[0].down += size

    def answer_end(self):
        if not self.informational:
            exchange = self.open.popleft()
            exchange.answered = True
            self.proxy.count_exchange(exchange)

    def end(self):
        for exchange in self.open:
            self.proxy.count_exchange(exchange)
        self.open.clear()


class Proxy:
    """cut: (least, most) bytes after which a connection is closed, both ways counted together; None: never.
    rate: bytes a second of each connection; None: as fast as it goes."""

    def __init__(self, server_url, cut=None, seed=1, port=0, rate=None):
        host, theirs = server_url.removeprefix("http://").split(":")
        self.target = host, int(theirs)
        self.cut, self.random, self.rate = cut, random.Random(seed), rate
        self.lock = threading.Lock()  # guards all that is counted
        self.up = self.down = self.cuts = self.connections = 0
        self.uploads = collections.defaultdict(Body)    # by path
        self.downloads = collections.defaultdict(Body)
        self.lost = 0                                   # bytes of bodies whose exchange was not completed
        self.running = 0
        self.listener = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    # ---- counting ----

    def of(self, exchange):
        if exchange.method == "PUT":
            return self.uploads[exchange.path]
        return self.downloads[exchange.path] if exchange.method == "GET" else None

    def count_request(self, exchange):
        body = self.of(exchange)
        if body:
            body.requests += 1

    def count_exchange(self, exchange):
        body = self.of(exchange)
        if not body:
            return
        size = exchange.up if exchange.method == "PUT" else exchange.down
        if size:
            body.pieces.append((exchange.start, exchange.start + size))
        if not exchange.answered:
            body.cuts += 1
            self.lost += size

    def settle(self):
        """Until every connection has been accounted for."""
        end = time.monotonic() + 20
        while self.running:
            assert time.monotonic() < end, f"{self.running} connections are open"
            time.sleep(0.02)
        return self

    @staticmethod
    def total(bodies):
        return sum(body.bytes() for body in bodies.values())

    @staticmethod
    def check_repeats(bodies):
        """Each byte went once, and once more for each cut of its own wire at most."""
        for path, body in bodies.items():
            assert body.most_often() <= 1 + body.cuts, (path, body.pieces, body.cuts)

    # ---- moving ----

    def accept(self):
        while True:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.running += 1
            threading.Thread(target=self.serve, args=[ours], daemon=True).start()

    def serve(self, ours):
        connection = Connection(self)
        try:
            theirs = socket.create_connection(self.target)
        except OSError:
            ours.close()
            with self.lock:
                self.running -= 1
            return
        with self.lock:
            self.connections += 1
            budget = [self.random.randint(*self.cut)] if self.cut else None
        both = [ours, theirs]
        threads = [threading.Thread(target=self.pump, args=[*pair, budget, both, reader], daemon=True)
                   for pair, reader in [((ours, theirs), connection.request), ((theirs, ours), connection.answer)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for end in both:
            end.close()
        with self.lock:
            connection.end()
            self.running -= 1

    def pump(self, source, sink, budget, both, reader):
        up = source is both[0]
        try:
            while data := source.recv(65536):
                if self.rate:
                    time.sleep(len(data) / self.rate)
                with self.lock:
                    if budget is not None:
                        data = data[:budget[0]]
                        budget[0] -= len(data)
                    if up:
                        self.up += len(data)
                    else:
                        self.down += len(data)
                    over = budget is not None and budget[0] <= 0
                    self.cuts += over
                    reader.feed(data)
                sink.sendall(data)
                if over:
                    break
            else:
                sink.shutdown(socket.SHUT_WR)
                return
        except OSError:
            pass
        for end in both:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
