"""What the rows of bench/run share: a registry with a server, nginx and wrk beside it, the table.

Every row is measured beside a floor in the same run, because figures move from machine to
machine and from hour to hour; the ratio of the two moves less.
"""
import contextlib
import dataclasses
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/lib"), str(ROOT / "tests/server")]
sys.dont_write_bytecode = True

import vitrined  # noqa: E402
import wire  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
ORG, TEAM, PROJECT = "local", "team", "bench"
REGISTRY, PORTFOLIO = "wandb-registry-model", "Bench"
NGINX = """daemon off; worker_processes {workers}; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/files;
    location = /ok {{ default_type application/json; return 200 "ok\\n"; }} }} }}
"""


def say(text):
    print(f"[{time.monotonic() - STARTED:5.0f} s] {text}", file=sys.stderr, flush=True)


STARTED = time.monotonic()


@dataclasses.dataclass
class Row:
    what: str
    how: str                 # the command, or what the driver did
    figure: str
    floor: str = "-"
    ratio: str = "-"
    target: str = "-"
    met: object = None       # True, False, or None: nothing was promised

    def verdict(self):
        return {True: "yes", False: "NO", None: "-"}[self.met]


def print_table(rows):
    head = ["what", "figure", "floor", "ratio", "target", "met", "measured with"]
    cells = [[row.what, row.figure, row.floor, row.ratio, row.target, row.verdict(), row.how] for row in rows]
    widths = [max(len(line[i]) for line in [head, *cells]) for i in range(len(head) - 1)]
    lines = []
    for line in [head, ["-" * w for w in widths] + ["-" * 13], *cells]:
        lines.append("  ".join(text.ljust(width) for text, width in zip(line, widths)) + "  " + line[-1])
    return "\n".join(line.rstrip() for line in lines)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_ok(port, path):
    """Returns when GET path is answered with 200; polls without sleeping long."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.0005)
    raise AssertionError(f"nothing answers at port {port}")


# ---- processes -----------------------------------------------------------------------------


def cpu_s(pid):
    """User and system seconds of a process and its children."""
    total = 0
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in [pid, *map(int, children)]:
        fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory_mib(pid, field="VmRSS"):
    """VmRSS: now; VmHWM: the most there was. Of a process and its children."""
    total = 0
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in [pid, *map(int, children)]:
        total += int(re.search(field + r":\s+(\d+)", pathlib.Path(f"/proc/{each}/status").read_text()).group(1))
    return total / 1024


class Server:
    """vitrined on a registry; as it is installed, but for the port."""

    def __init__(self, registry, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(registry.folder / "server.log", "ab")
        self.process = subprocess.Popen(
            [str(vitrined.PROGRAM), "serve", "--data", str(registry.data), "--listen", f"127.0.0.1:{self.port}", *options],
            stdout=subprocess.DEVNULL, stderr=self.log, env=vitrined.clean_environment())
        self.pid = self.process.pid

    def ready(self):
        until_ok(self.port, "/readyz")
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(60)
        self.log.close()

    def __enter__(self):
        return self.ready()

    def __exit__(self, *_):
        self.stop()


class Registry:
    """A data directory with an organization, a team and an ordinary member of it."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.owner_key = vitrined.succeed("user", "add", "owner", data=self.data).out.strip()
        vitrined.succeed("org", "add", ORG, "--admin", "owner", data=self.data)
        vitrined.succeed("team", "add", TEAM, "--org", ORG, "--admin", "owner", data=self.data)
        self.key = vitrined.succeed("user", "add", "member", data=self.data).out.strip()
        vitrined.succeed("team", "member", "set", TEAM, "member", "member", data=self.data)

    def server(self, *options):
        return Server(self, *options)


@contextlib.contextmanager
def nginx(folder, workers):
    """-> (process, port); its files are those in folder/files."""
    folder.mkdir()
    (folder / "files").mkdir()
    port = free_port()
    config = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder is nobody else's
    config.write_text(user + NGINX.format(folder=folder, port=port, workers=workers))
    with subprocess.Popen(["nginx", "-c", str(config), "-e", str(folder / "error.log")]) as process:
        try:
            until_ok(port, "/ok")
            yield process, port
        finally:
            process.terminate()


def have(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


# ---- wrk -----------------------------------------------------------------------------------


@dataclasses.dataclass
class Load:
    rate: float
    p50_us: float
    p99_us: float
    cpu_us: float            # of the server, per request


def microseconds(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def wrk(url, pid, connections, seconds, script=None):
    before = cpu_s(pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    command += ["-s", str(script)] if script else []
    out = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"Socket errors:.*|Non-2xx.*", out)
    if wrong and not re.search(r"read 0, write 0, timeout 0", wrong.group(0)):
        raise AssertionError(f"{url}: {wrong.group(0)}")
    count = int(re.search(r"(\d+) requests in", out).group(1))
    return Load(rate=float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
                p50_us=microseconds(re.search(r" 50%\s+(\S+)", out).group(1)),
                p99_us=microseconds(re.search(r" 99%\s+(\S+)", out).group(1)),
                cpu_us=1e6 * (cpu_s(pid) - before) / max(count, 1))


def median(values):
    return statistics.median(values)
