#!/usr/bin/env python3
"""What the http room costs: requests per second and CPU time per request.

usage: bench/http_bench.py [--build BUILD] [--seconds N] [--connections 1,64,...]

Runs wrk against tests/http/server.c (a handler on the I/O thread, one on a worker, and
4 KiB uploads), and beside it against nginx's `return 200` when nginx is installed; then
sends and fetches large bodies. The server's CPU time per request says more than its
requests per second when something else uses the machine.
"""
import argparse
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder};
  proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ default_type text/plain; return 200 "hello\\n"; }} }} }}
"""


def processes_of(pid):
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid] + [int(child) for child in children]


def cpu_s(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def rss_mib(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            total += int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
    return total / 1024


def wrk(name, port, path, pids, connections, seconds, script=None):
    before = cpu_s(pids)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + [f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    count = int(re.search(r"(\d+) requests in", out).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    p99 = re.search(r"^ +99%\s+(\S+)", out, re.M).group(1)
    errors = re.search(r"Socket errors.*|Non-2xx.*", out)
    print(f"{name:22} {connections:5} {rate:10.0f} {p99:>10} {1e6 * (cpu_s(pids) - before) / count:9.1f} "
          f"{rss_mib(pids):8.1f}  {errors.group(0) if errors else ''}", flush=True)


def send(port, path, source, size):
    with socket.create_connection(("127.0.0.1", port)) as s, open(source, "rb") as body:
        s.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        sent = 0
        while sent < size:
            sent += os.sendfile(s.fileno(), body.fileno(), sent, min(1 << 20, size - sent))
        assert s.recv(4096).startswith(b"HTTP/1.1 200")


def fetch(port, path, size):
    buffer = bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        got = 0
        while count := s.recv_into(buffer):
            got += count
        assert got >= size, got


def large(name, pids, parallel, size, work):
    before, started, peak = cpu_s(pids), time.monotonic(), 0.0
    threads = [threading.Thread(target=work) for _ in range(parallel)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, rss_mib(pids))
        time.sleep(0.01)
    gigabytes = parallel * size / 1e9
    print(f"{name:22} {parallel:5} {1000 * gigabytes / (time.monotonic() - started):10.0f} {'':10} "
          f"{(cpu_s(pids) - before) / gigabytes:9.2f} {peak:8.1f}", flush=True)


def bench_nginx(options, folder):
    if not shutil.which("nginx"):
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w", encoding="ascii") as file:
        file.write(NGINX.format(folder=folder, port=port))
    with subprocess.Popen(["nginx", "-c", config, "-e", os.path.join(folder, "error.log")]) as process:
        time.sleep(0.5)
        for connections in options.connections:
            wrk("nginx return 200", port, "/", processes_of(process.pid), connections, options.seconds)
        process.terminate()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.environ.get("VITRINE_BUILD", "build"))
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", default="1,64,127,128,129,256,1024",
                        type=lambda text: [int(item) for item in text.split(",")])
    options = parser.parse_args()
    program = os.path.join(options.build, "tests", "http", "http-test-server")
    with tempfile.TemporaryDirectory() as folder, \
            subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as server:
        port = int(server.stdout.readline().split()[1])
        pids = [server.pid]
        script = os.path.join(folder, "put.lua")
        with open(script, "w", encoding="ascii") as file:
            file.write('wrk.method = "PUT"\nwrk.body = string.rep("x", 4096)\n')
        print(f"{'':22} {'conns':>5} {'req/s':>10} {'p99':>10} {'CPU us':>9} {'RSS MiB':>8}")
        bench_nginx(options, folder)
        for name, path, lua in (("I/O thread", "/health", None), ("worker", "/hello", None),
                                ("PUT 4 KiB", "/sink", script)):
            for connections in options.connections:
                wrk(name, port, path, pids, connections, options.seconds, lua)
        body = os.path.join(folder, "body")
        size = 2 << 30
        with open(body, "wb") as file:
            file.truncate(size)
        print(f"{'':22} {'conns':>5} {'MB/s':>10} {'':10} {'CPU s/GB':>9} {'RSS MiB':>8}")
        large("PUT 2 GiB", pids, 1, size, lambda: send(port, "/sink", body, size))
        large("PUT 16 MiB, hashed", pids, 128, 16 << 20, lambda: send(port, "/upload", body, 16 << 20))
        large("GET 2 GiB", pids, 1, size, lambda: fetch(port, f"/file-of?path={body}", size))
        server.terminate()


if __name__ == "__main__":
    main()
