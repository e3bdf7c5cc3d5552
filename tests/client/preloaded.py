"""Clients that are imported once per release instead of once per snippet: most of the processor time of a short snippet goes
into the import. See inside/preloaded.py for the other side."""
import json
import pathlib
import queue
import socket
import subprocess
import threading

HERE = pathlib.Path(__file__).resolve().parent


class Forked:
    """As much of a subprocess.Popen as a Machine needs."""

    def __init__(self, output):
        self.output = output
        self.pid = self.returncode = None
        self.ended = threading.Event()

    def communicate(self, _stdin=None, timeout=None):
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired("snippet", timeout)
        return self.output.read_text(errors="replace"), None


class Preloaded:
    def __init__(self, python, environment):
        self.channel, its = socket.socketpair()
        self.process = subprocess.Popen([str(python), str(HERE / "inside/preloaded.py"), str(its.fileno())],
                                        pass_fds=[its.fileno()], stdin=subprocess.DEVNULL, env=environment)
        its.close()
        self.lock = threading.Lock()      # guards asking: requests and answers are in the same order
        self.started = queue.Queue()
        self.running = {}
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.channel.makefile("rb"):
            said = json.loads(line)
            if "started" in said:
                waiting = self.started.get()
                waiting.pid = said["started"]
                self.running[waiting.pid] = waiting
            else:
                done = self.running.pop(said["ended"])
                done.returncode = said["status"]
                done.ended.set()

    def run(self, file, outcome, folder, environment):
        forked = Forked(file.with_suffix(".out"))
        request = dict(file=str(file), outcome=str(outcome), folder=str(folder), environment=environment,
                       output=str(forked.output))
        with self.lock:
            self.started.put(forked)
            self.channel.sendall(json.dumps(request).encode() + b"\n")
        return forked

    def close(self):
        self.channel.shutdown(socket.SHUT_RDWR)
        self.process.wait(30)
        self.channel.close()
