"""What the tests of `vitrine` stand on: a Place is a home folder with a cache and a working folder of its own, in
which the command runs for one user. Nothing that it keeps is seen from another place.
"""
import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/client"))

import machines  # noqa: E402

VITRINE = machines.BUILD / "vitrine"
TIMEOUT_S = 120


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self):
        return self.out.splitlines()

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"status {self.status}\nstdout:\n{self.out}\nstderr:\n{self.err}"


class Place:
    def __init__(self, folder, server=None, user=None, team=None, project="cli"):
        self.folder, self.server, self.user = folder, server, user
        self.team, self.project = team, project
        self.home, self.work, self.cache = folder / "home", folder / "work", folder / "cache"
        for path in [self.home, self.work, self.cache]:
            path.mkdir(parents=True, exist_ok=True)

    def environment(self, **more):
        environment = machines.clean_environment() | {
            "HOME": str(self.home), "VITRINE_CACHE_DIR": str(self.cache), "VITRINE_PROJECT": self.project,
            "VITRINE_BASE_URL": self.server.url if self.server else None,
            "VITRINE_API_KEY": self.user.key if self.user else None, "VITRINE_ENTITY": self.team,
            "NETRC": None, "NO_COLOR": None, "http_proxy": None, "HTTP_PROXY": None}
        environment |= more
        return {name: str(value) for name, value in environment.items() if value is not None}

    def start(self, *words, **environment):
        return subprocess.Popen([str(VITRINE), *map(str, words)], cwd=self.work, env=self.environment(**environment),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words, stdin="", timeout=TIMEOUT_S, **environment):
        """Never raises for an exit status."""
        done = subprocess.run([str(VITRINE), *map(str, words)], cwd=self.work, env=self.environment(**environment),
                              input=stdin, capture_output=True, text=True, timeout=timeout)
        return Result(done.returncode, done.stdout, done.stderr)

    def ok(self, *words, **options):
        result = self.run(*words, **options)
        assert result.status == 0, f"{words}: {result}"
        return result

    def json(self, *words, **options):
        return self.ok(*words, "--json", **options).json()

    def fails(self, status, *words, **options):
        """The one sentence that it says."""
        result = self.run(*words, **options)
        assert result.status == status, f"{words}: {result}"
        assert result.out == "", f"{words}: {result}"
        said = result.err.splitlines()
        assert said and said[-1].startswith("vitrine: "), f"{words}: {result}"
        return said[-1].removeprefix("vitrine: ")

    def terminal(self, *words, answers=(), columns=100, timeout=TIMEOUT_S, **environment):
        """At a terminal: (status, all that was shown). answers: [(what it asks for, what is typed then)]."""
        ours, its = pty.openpty()
        import fcntl
        import struct
        import termios
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        environment = {"TERM": "xterm", **environment}
        process = subprocess.Popen([str(VITRINE), *map(str, words)], cwd=self.work, stdin=its, stdout=its, stderr=its,
                                   env=self.environment(**environment), preexec_fn=own_terminal)
        os.close(its)
        out, answers, end = b"", list(answers), time.monotonic() + timeout
        while time.monotonic() < end:
            if not select.select([ours], [], [], 0.5)[0]:
                continue
            try:
                out += os.read(ours, 65536)
            except OSError:
                break
            if answers and answers[0][0].encode() in out:
                os.write(ours, answers.pop(0)[1].encode() + b"\n")
        else:
            os.kill(process.pid, signal.SIGKILL)
        os.close(ours)
        return process.wait(), out.decode(errors="replace")

    def write(self, name, content):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def tree(self, folder):
        """{name: bytes} of all files below a folder of the working folder."""
        base = self.work / folder
        return {str(p.relative_to(base)): p.read_bytes() for p in sorted(base.rglob("*")) if p.is_file()}
