"""SIGTERM in the middle of an upload: it is finished, then the server ends, cleanly."""
import signal
import socket
import threading
import time
import urllib.parse

import wire
import work
from vitrined import Server, command, folder, test, wait_until

BODY = bytes(range(256)) * 20_000


def begin(server, key):
    """-> (client, artifact, manifest's bytes, upload URL)"""
    client = wire.Wire(server.url, key)
    manifest, digest = wire.manifest_of({"file": (wire.md5_base64(BODY), len(BODY))})
    artifact = client.create_artifact(work.ENTITY, work.PROJECT, "drained", digest, "one")
    manifest_id, _ = client.create_manifest(work.ENTITY, work.PROJECT, artifact["id"])
    node, = client.create_files(artifact["id"], manifest_id, {"file": wire.md5_base64(BODY)})
    return client, artifact, manifest, node["uploadUrl"]


def send_half(url):
    parts = urllib.parse.urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    connection.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(BODY)}\r\n"
                       "Expect: 100-continue\r\n\r\n".encode())
    assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")   # it has begun
    connection.sendall(BODY[:len(BODY) // 2])
    return connection


def ends_within(server, seconds):
    """Its exit status; fails when it lives on."""
    ended = threading.Event()
    threading.Thread(target=lambda: (server.process.wait(), ended.set()), daemon=True).start()
    assert ended.wait(seconds), "the server lives on"
    return server.process.returncode


@test
def drain_finishes_an_upload_that_is_under_way():
    with folder() as data:
        key = work.prepare(data)
        with Server(data) as server:
            client, artifact, manifest, url = begin(server, key)
            client.close()
            with send_half(url) as connection:
                server.process.send_signal(signal.SIGTERM)
                wait_until(lambda: "event=stopping" in server.read_log())
                time.sleep(0.3)
                assert server.process.poll() is None, "it did not wait"
                connection.sendall(BODY[len(BODY) // 2:])
                answer = connection.recv(65536)
                assert answer.startswith(b"HTTP/1.1 200 "), answer
            assert ends_within(server, 5) == 0
        with Server(data) as server:  # the upload was kept: only manifest and commit are missing
            client = wire.Wire(server.url, key)
            _, url = client.create_manifest(work.ENTITY, work.PROJECT, artifact["id"], wire.md5_base64(manifest))
            client.put(url, manifest)
            client.commit(artifact["id"])
            _, (node,) = client.version(work.ENTITY, work.PROJECT, "drained", "latest")
            assert client.get(node["directUrl"]) == BODY
            client.close()


def is_refused(server):
    try:
        server.request("GET", "/readyz")
        return False
    except OSError:
        return True


@test
def drain_takes_no_new_connections():
    with folder() as data:
        key = work.prepare(data)
        with Server(data) as server:
            client, _, _, url = begin(server, key)
            client.close()
            with send_half(url) as connection:
                server.process.send_signal(signal.SIGTERM)
                wait_until(lambda: is_refused(server))
                assert server.process.poll() is None, "it did not wait"
                connection.sendall(BODY[len(BODY) // 2:])
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@test
def drain_has_an_end_and_leaves_nothing_half_written():
    with folder() as data:
        key = work.prepare(data)
        with Server(data, "--drain-seconds", "1") as server:
            client, _, _, url = begin(server, key)
            client.close()
            with send_half(url) as connection:
                server.process.send_signal(signal.SIGTERM)
                started = time.monotonic()
                status = ends_within(server, 10)
                assert 0.8 < time.monotonic() - started < 5
                assert connection.recv(65536)[:12] != b"HTTP/1.1 200"
            assert status == 0
        large = [path for path in (data / "blobs/large").rglob("*") if path.is_file()]
        assert large == [], large
        assert command("check", "--read-data", data=data).status == 0
