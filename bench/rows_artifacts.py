"""Rows about large artifacts: one file of 5 GiB, and 100,000 small files."""
import ctypes
import hashlib
import json
import os
import shutil
import socket
import threading
import time
import urllib.parse

import harness
import wire
from harness import Row, have, say

MIB = 1 << 20
PART = 100 * MIB             # what the client makes of files over 2 GiB
COMPARED = ctypes.CDLL(None).memcmp
COMPARED.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


def in_parallel(work, items):
    """One thread for each item, as the client has for each part; the first failure is raised."""
    failures = []

    def guarded(item):
        try:
            work(item)
        except Exception as error:  # raised below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def connect(url):
    parts = urllib.parse.urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=300)
    return connection, parts.path


# ---- one large file ------------------------------------------------------------------------


class LargeFile:
    """Random bytes that are never held as a whole: each part is its number and then the same 100 MiB."""

    def __init__(self, size):
        self.size = size
        self.base = ctypes.create_string_buffer(os.urandom(PART), PART)
        self.view = memoryview(self.base).cast("B")
        self.count = -(-size // PART)

    def part(self, i):
        """-> (head, rest)"""
        length = min(PART, self.size - i * PART)
        return b"%08d" % i, self.view[8:length]

    def digests(self):
        """-> (base64 MD5 of the whole, [hex MD5 of each part])"""
        parts = [None] * self.count

        def one_half(which):
            for i in range(which, self.count, 2):
                parts[i] = self.digest(i)

        whole = hashlib.md5()
        halves = [threading.Thread(target=one_half, args=(which,)) for which in range(2)]
        for half in halves:
            half.start()
        for i in range(self.count):
            for piece in self.part(i):
                whole.update(piece)
        for half in halves:
            half.join()
        return wire.base64.b64encode(whole.digest()).decode(), parts

    def digest(self, i):
        md5 = hashlib.md5()
        for piece in self.part(i):
            md5.update(piece)
        return md5.hexdigest()

    def holds(self, i, at, buffer, length):
        """Is buffer what the part has at this offset?"""
        head, rest = self.part(i)
        if at < 8:
            taken = min(8 - at, length)
            if bytes(buffer[:taken]) != head[at:at + taken]:
                return False
            return length == taken or self.holds(i, 8, buffer[taken:], length - taken)
        address = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
        return at + length <= 8 + len(rest) and COMPARED(address, ctypes.addressof(self.base) + at, length) == 0


def send_part(url, file, i):
    """-> ETag"""
    head, rest = file.part(i)
    connection, path = connect(url)
    with connection:
        connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {8 + len(rest)}\r\n"
                           "Connection: close\r\n\r\n".encode() + head)
        connection.sendall(rest)
        answer = connection.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 200 "), answer[:500]
    return next(line.split(":", 1)[1].strip() for line in answer.splitlines() if line.lower().startswith("etag:"))


def fetch_part(url, file, i):
    """By range; every byte is compared."""
    length = 8 + len(file.part(i)[1])
    connection, path = connect(url)
    buffer = bytearray(MIB)
    with connection, connection.makefile("rb", buffering=MIB) as stream:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nRange: bytes={i * PART}-{i * PART + length - 1}\r\n"
                           "Connection: close\r\n\r\n".encode())
        status = stream.readline()
        assert b" 206 " in status, status
        while stream.readline().strip():
            pass
        at = 0
        while got := stream.readinto(buffer):
            assert file.holds(i, at, memoryview(buffer)[:got], got), f"part {i} differs near {at}"
            at += got
        assert at == length, f"part {i}: {at} of {length} bytes"


def large_rows(options, registry):
    size = options.large_mib * MIB
    name = f"{size / (1 << 30):.0f} GiB" if size >= 1 << 30 else f"{options.large_mib} MiB"
    if shutil.disk_usage(registry.folder).free < 3 * size:
        say(f"the large file is left out: {name} need {3 * size >> 30} GiB of free disk")
        return []
    say(f"making digests of {name}")
    file = LargeFile(size)
    started = time.monotonic()
    for i in range(min(file.count, 5)):
        file.digest(i)
    md5_rate = min(file.count, 5) * PART / (time.monotonic() - started)
    md5, part_md5s = file.digests()
    with registry.server() as server:
        client = wire.Wire(server.url, registry.key, timeout=600)
        manifest, digest = wire.manifest_of({"large": (md5, size)})
        artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "large", digest, "large")
        manifest_id, _ = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"])
        node, = client.create_files(artifact["id"], manifest_id, {"large": md5}, {"large": part_md5s})
        urls = [part["uploadUrl"] for part in node["uploadMultipartUrls"]["uploadUrlParts"]]
        etags = [None] * file.count

        def send(i):
            etags[i] = send_part(urls[i], file, i)

        say(f"sending {file.count} parts at once")
        begun, cpu = time.monotonic(), harness.cpu_s(server.pid)
        in_parallel(send, range(file.count))
        sent = time.monotonic()
        say("having them joined")
        client.complete(node, etags)
        joined = time.monotonic()
        cpu = harness.cpu_s(server.pid) - cpu
        _, url = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"], wire.md5_base64(manifest))
        client.put(url, manifest)
        client.commit(artifact["id"])
        _, (stored,) = client.version(harness.TEAM, harness.PROJECT, "large", "latest")
        assert stored["sizeBytes"] == size and stored["md5"] == md5, stored
        say(f"fetching {file.count} ranges at once")
        fetching = time.monotonic()
        in_parallel(lambda i: fetch_part(stored["directUrl"], file, i), range(file.count))
        fetched = time.monotonic()
        peak = harness.memory_mib(server.pid, "VmHWM")
        client.close()
    rate, down = size / (joined - begun), size / (fetched - fetching)
    floor, ratio = nginx_ranges(options, registry, file, size, down)
    return [
        Row(f"{name} up, by parts", f"{file.count} PUTs at once {sent - begun:.1f} s, join {joined - sent:.1f} s; "
            f"server CPU {cpu / size * 1e9:.1f} s a GB", f"{rate / 1e6:.0f} MB/s",
            f"{md5_rate / 1e6:.0f} MB/s MD5, 1 core", f"{rate / md5_rate:.2f}"),
        Row(f"{name} down, by ranges", f"{file.count} GETs at once, every byte compared", f"{down / 1e6:.0f} MB/s", floor,
            ratio),
        Row(f"{name} up and down, peak memory", "VmHWM of a fresh server", f"{peak:.1f} MiB", "-", "-", "< 64 MiB",
            peak < 64),
    ]


def nginx_ranges(options, registry, file, size, rate):
    """The same ranges of the same file, from nginx. -> (floor, ratio)"""
    blob = next(path for path in (registry.data / "blobs/large").rglob("*")
                if path.is_file() and path.stat().st_size == size)
    if not have("nginx"):
        return "-", "-"
    with harness.nginx(registry.folder / "nginx-ranges", options.cores) as (_, port):
        os.link(blob, registry.folder / "nginx-ranges/files/large")
        started = time.monotonic()
        in_parallel(lambda i: fetch_part(f"http://127.0.0.1:{port}/large", file, i), range(file.count))
        floor = size / (time.monotonic() - started)
    return f"{floor / 1e6:.0f} MB/s nginx", f"{rate / floor:.2f}"


# ---- many small files ----------------------------------------------------------------------

BATCH = 2000                 # files that the client names in one mutation
CONNECTIONS = 64
PIPELINED = 16


def put_all(nodes, contents):
    """Sends the files over some connections, a few at once on each: Python would be too slow otherwise."""
    shares = [list(range(i, len(nodes), CONNECTIONS)) for i in range(min(CONNECTIONS, len(nodes)))]

    def send(share):
        connection, _ = connect(nodes[0]["uploadUrl"])
        with connection, connection.makefile("rb") as stream:
            for at in range(0, len(share), PIPELINED):
                few = share[at:at + PIPELINED]
                connection.sendall(b"".join(
                    b"PUT %s HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n%s" % (
                        urllib.parse.urlsplit(nodes[i]["uploadUrl"]).path.encode(), len(contents[i]), contents[i])
                    for i in few))
                for _ in few:
                    read_answer(stream)

    in_parallel(send, shares)


def read_answer(stream):
    status = stream.readline()
    assert b" 200 " in status, status
    length = 0
    while line := stream.readline().strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    stream.read(length)


def many_rows(options, registry):
    count = options.small_files
    say(f"making {count} small files")
    paths = [f"folder {i // 1000:04}/file {i:07}.bin" for i in range(count)]
    contents = [b"content of file number %d" % i for i in range(count)]
    described = {path: (wire.md5_base64(data), len(data)) for path, data in zip(paths, contents)}
    manifest, digest = wire.manifest_of(described)
    started = time.monotonic()
    json.loads(manifest)
    parse_s = time.monotonic() - started
    with registry.server() as server:
        client = wire.Wire(server.url, registry.key, timeout=300)
        artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "many", digest, "many")
        manifest_id, _ = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"])
        say("naming and sending them")
        begun, cpu = time.monotonic(), harness.cpu_s(server.pid)
        naming = 0
        for at in range(0, count, BATCH):
            turn = time.monotonic()
            nodes = client.create_files(artifact["id"], manifest_id,
                                        {path: described[path][0] for path in paths[at:at + BATCH]})
            naming += time.monotonic() - turn
            put_all(nodes, contents[at:at + BATCH])
        sent = time.monotonic()
        cpu = harness.cpu_s(server.pid) - cpu
        _, url = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"], wire.md5_base64(manifest))
        client.put(url, manifest)
        peak_before = harness.memory_mib(server.pid, "VmHWM")
        say("committing")
        committing = time.monotonic()
        client.commit(artifact["id"])
        committed = time.monotonic()
        peak_commit = harness.memory_mib(server.pid, "VmHWM")
        say("listing")
        membership, listed = client.version(harness.TEAM, harness.PROJECT, "many", "latest")
        listing = time.monotonic() - committed
        assert membership["artifact"]["fileCount"] == count and [node["name"] for node in listed] == sorted(paths)
        peak = harness.memory_mib(server.pid, "VmHWM")
        client.close()
    pages = -(-count // 5000)
    commit_s = committed - committing
    return [
        Row(f"{count} small files, sent", f"createArtifactFiles by {BATCH} ({naming:.1f} s), PUTs over {CONNECTIONS} connections; "
            f"server CPU {cpu / count * 1e6:.0f} us a file",
            f"{count / (sent - begun):.0f} files/s"),
        Row(f"{count} small files, commit", f"commitArtifact; manifest of {len(manifest) / 1e6:.0f} MB",
            f"{commit_s * 1000:.0f} ms", f"{parse_s * 1000:.0f} ms json.loads", f"{commit_s / parse_s:.1f}"),
        Row(f"{count} small files, listed", f"{pages} pages of 5000 with URLs, read by Python", f"{listing * 1000:.0f} ms",
            "-", f"{listing / pages * 1000:.0f} ms a page"),
        Row(f"{count} small files, peak memory", f"VmHWM of a fresh server ({peak_before:.1f} when sent, "
            f"{peak_commit:.1f} when committed)", f"{peak:.1f} MiB"),
    ]
