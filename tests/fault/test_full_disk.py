"""A full disk: a clear refusal, nothing half-written, the server goes on, and a retry succeeds.

The data directory is on a small file system in memory. Mounting it needs root; without it
the test is skipped.
"""
import contextlib
import ctypes
import os
import socket
import urllib.parse

import wire
import work
from vitrined import Server, command, folder, test, wait_until

DISK = 48 << 20
LARGE = os.urandom(6 << 20)


@contextlib.contextmanager
def small_disk():
    """A data directory that may hold 48 MiB."""
    with folder() as data:
        data.mkdir()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"none", os.fsencode(data), b"tmpfs", 0, f"size={DISK}".encode()) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise SkipTest(f"a small file system cannot be mounted here: {reason}")
        try:
            yield data
        finally:
            libc.umount2(os.fsencode(data), 2)


class SkipTest(Exception):
    """What vitrined.run() prints as SKIP."""

    skip = True


def fill_disk(data, leave):
    """Leaves this many bytes."""
    status = os.statvfs(data)
    left = status.f_bavail * status.f_frsize - leave
    with open(data / "filler", "ab") as filler:
        while left > 0:
            left -= filler.write(b"\0" * min(left, 1 << 20))
            filler.flush()


def put_stubbornly(url, data):
    """Sends all it can, then reads the answer, as curl and Go do. -> (status, body)"""
    parts = urllib.parse.urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(data)}\r\n"
                           "Connection: close\r\n\r\n".encode())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def start_artifact(client, files, name):
    """Up to the upload. -> (artifact, manifest's bytes, nodes in the order of files)"""
    described = {path: (wire.md5_base64(data), len(data)) for path, data in files.items()}
    manifest, digest = wire.manifest_of(described)
    artifact = client.create_artifact(work.ENTITY, work.PROJECT, "full", digest, name)
    manifest_id, _ = client.create_manifest(work.ENTITY, work.PROJECT, artifact["id"])
    return artifact, manifest, client.create_files(artifact["id"], manifest_id,
                                                   {path: md5 for path, (md5, _) in described.items()})


def finish_artifact(client, artifact, manifest):
    _, url = client.create_manifest(work.ENTITY, work.PROJECT, artifact["id"], wire.md5_base64(manifest))
    client.put(url, manifest)
    return client.commit(artifact["id"])


def download(client, alias):
    _, nodes = client.version(work.ENTITY, work.PROJECT, "full", alias)
    return {node["name"]: client.get(node["directUrl"]) for node in nodes}


def is_clear(body):
    return "full" in body and "again" in body and "Internal" not in body


@test
def a_full_disk_refuses_uploads_and_recovers():
    with small_disk() as data:
        key = work.prepare(data)
        with Server(data) as server:
            client = wire.Wire(server.url, key)
            kept = {"kept": b"kept" * 1000}
            client.log(work.ENTITY, work.PROJECT, "full", kept, "first")
            files = {"large": LARGE, "small": os.urandom(50_000)}
            artifact, manifest, (large, small) = start_artifact(client, files, "second")

            fill_disk(data, 2 << 20)
            before = os.statvfs(data).f_bavail
            status, body = put_stubbornly(large["uploadUrl"], LARGE)
            assert status == 503 and is_clear(body), (status, body)
            wait_until(lambda: os.statvfs(data).f_bavail >= before - 16)  # nothing half-written stays
            assert download(client, "latest") == kept
            assert server.request("GET", "/healthz").status == 200

            fill_disk(data, 0)
            try:
                client.put(small["uploadUrl"], files["small"])
                raise AssertionError("an upload to a full disk was accepted")
            except wire.Refused as refused:
                assert refused.status == 503 and is_clear(refused.body), refused
            assert download(client, "latest") == kept

            (data / "filler").unlink()
            client.put(large["uploadUrl"], LARGE)
            client.put(small["uploadUrl"], files["small"])
            finish_artifact(client, artifact, manifest)
            assert download(client, "v1") == files
            client.close()
            assert server.stop() == 0
        assert command("check", "--read-data", data=data).status == 0


@test
def a_full_disk_refuses_changes_of_rows_and_recovers():
    with small_disk() as data:
        key = work.prepare(data)
        with Server(data) as server:
            client = wire.Wire(server.url, key)
            client.log(work.ENTITY, work.PROJECT, "full", {"kept": b"kept"}, "first")
            fill_disk(data, 0)
            refused = None
            for number in range(2000):  # what the log of the database has left takes a few
                try:
                    client.create_artifact(work.ENTITY, work.PROJECT, "full", f"{number:032x}", f"client {number}")
                except wire.Refused as error:
                    refused = error
                    break
            assert refused and refused.status == 503 and is_clear(refused.body), refused
            assert download(client, "v0") == {"kept": b"kept"}

            (data / "filler").unlink()
            client.log(work.ENTITY, work.PROJECT, "full", {"new": b"new"}, "last")
            assert download(client, "v1") == {"new": b"new"}
            client.close()
        assert command("check", "--read-data", data=data).status == 0


@test
def a_full_disk_does_not_keep_the_server_from_starting():
    with small_disk() as data:
        key = work.prepare(data)
        with Server(data) as server:
            client = wire.Wire(server.url, key)
            client.log(work.ENTITY, work.PROJECT, "full", {"kept": b"kept"}, "first")
            client.close()
            server.process.kill()
        fill_disk(data, 256 << 10)
        with Server(data) as server:
            client = wire.Wire(server.url, key)
            assert download(client, "v0") == {"kept": b"kept"}
            client.close()
