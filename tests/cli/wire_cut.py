"""A proxy between the command and the server that counts bytes and requests, and cuts wires when asked to."""
import random
import re
import socket
import threading


class Proxy:
    """cut: (least, most) bytes after which a connection is closed, both ways counted together; None: never."""

    def __init__(self, server_url, cut=None, seed=1, port=0):
        host, theirs = server_url.removeprefix("http://").split(":")
        self.target = host, int(theirs)
        self.cut, self.random = cut, random.Random(seed)
        self.lock = threading.Lock()
        self.up = self.down = self.cuts = self.connections = 0
        self.lines = []  # of requests, as far as they were seen
        self.listener = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[ours], daemon=True).start()

    def serve(self, ours):
        try:
            theirs = socket.create_connection(self.target)
        except OSError:
            ours.close()
            return
        with self.lock:
            self.connections += 1
            budget = [self.random.randint(*self.cut)] if self.cut else None
        both = [ours, theirs]
        threads = [threading.Thread(target=self.pump, args=[*pair, budget, both, up], daemon=True)
                   for pair, up in [((ours, theirs), True), ((theirs, ours), False)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for end in both:
            end.close()

    def pump(self, source, sink, budget, both, up):
        try:
            while data := source.recv(65536):
                with self.lock:
                    if budget is not None:
                        data = data[:budget[0]]
                        budget[0] -= len(data)
                    if up:
                        self.up += len(data)
                        self.lines += re.findall(rb"^(?:GET|PUT|POST|HEAD) \S+", data, re.M)
                    else:
                        self.down += len(data)
                    over = budget is not None and budget[0] <= 0
                    self.cuts += over
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

    def downloads(self):
        """Requests for the bytes of files."""
        return [line for line in self.lines if line.startswith(b"GET /") and b"artifacts" in line]

    def close(self):
        self.listener.close()
