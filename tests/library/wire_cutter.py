"""A proxy for TCP that counts what comes down and can cut connections.

cut_after: every connection ends, without a word, when so many bytes have come down over it.
"""
import socket
import threading


class WireCutter:
    def __init__(self, host, cut_after=None, slow=None):
        name, port = host.rsplit(":", 1)
        self.target, self.cut_after, self.slow = (name, int(port)), cut_after, slow
        self.down = self.cuts = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.url = f"http://{self.host}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, True), daemon=True).start()

    def pump(self, source, sink, down):
        passed = 0
        try:
            while data := source.recv(65536):
                if down:
                    with self.lock:
                        self.down += len(data)
                    passed += len(data)
                    if self.slow:
                        self.slow(passed)
                sink.sendall(data)
                if down and self.cut_after and passed > self.cut_after:
                    with self.lock:
                        self.cuts += 1
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for end in (source, sink):
            end.close()

    def close(self):
        self.listener.close()
