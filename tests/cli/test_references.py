"""References that `vitrine pull` follows: http, and files of other artifacts."""
import hashlib
import http.server
import os
import threading

import pytest


class Web(http.server.ThreadingHTTPServer):
    """Files at /NAME with an ETag; what it was asked is in `asked`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.asked, self.cut = {}, [], 0
        self.together = None  # a barrier: so many must be asked for before one is sent

    def address(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, body):
        data = self.server.files.get(self.path[1:])
        if body and self.server.together:
            self.server.together.wait(60)
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization")))
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Length", str(len(data or b"")))
        if data is not None:
            self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.end_headers()
        if body and data is not None:
            if self.server.cut:
                self.server.cut -= 1
                self.wfile.write(data[:len(data) // 2])
                self.close_connection = True
            else:
                self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    with Web() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_pull_follows_several_http_at_a_time(place, web):
    for number in range(6):
        web.files[f"{number}.bin"] = os.urandom(1000)
    place.ok("push", *map(web.address, web.files), "several", "--type", "dataset")
    web.together = threading.Barrier(3)
    place.ok("pull", "several", "--root", "got")
    assert place.tree("got") == web.files
    web.together = None
    web.files["3.bin"] = b"other"
    assert "'3.bin' is not what was logged any more" in place.fails(11, "pull", "several", "--root", "again")
    assert "3.bin" not in place.tree("again"), "and nothing is left of it"
    assert {name: web.files[name] for name in place.tree("again")} == place.tree("again")


def test_pull_follows_http(place, new_place, web):
    web.files["data.bin"] = os.urandom(300_000)
    place.write("plain.txt", "plain")
    place.ok("push", web.address("data.bin"), "plain.txt", "both", "--type", "dataset")
    assert {e["path"]: e["size"] for e in place.json("ls", "both")} == {"data.bin": 300_000, "plain.txt": 5}
    other = new_place()
    web.asked.clear()
    web.cut = 1
    other.ok("pull", "both", "--root", "got")
    assert other.tree("got") == {"data.bin": web.files["data.bin"], "plain.txt": b"plain"}
    assert web.asked == [("GET", "/data.bin", None)] * 2, "the key is nobody else's business"
    other.ok("pull", "both", "--root", "without", "--skip-references")
    assert set(other.tree("without")) == {"plain.txt"}


def test_pull_refuses_what_is_not_what_was_logged(place, web):
    web.files["data.bin"] = b"first"
    place.ok("push", web.address("data.bin"), "one", "--type", "dataset")
    web.files["data.bin"] = b"other"
    said = place.run("pull", "one", "--root", "got")
    assert said.status != 0 and "'data.bin' is not what was logged any more" in said.err
    assert place.tree("got") == {}
    web.files["data.bin"] = b"a longer one"
    said = place.run("pull", "one", "--root", "got")
    assert said.status != 0 and place.tree("got") == {}
    del web.files["data.bin"]
    said = place.run("pull", "one", "--root", "got")
    assert said.status != 0 and "404" in said.err
    assert place.tree("got") == {}


def test_pull_follows_files_of_other_artifacts(place, machine):
    machine.run(f"""
        import pathlib
        pathlib.Path("inner").mkdir()
        pathlib.Path("inner/small.txt").write_text("small")
        pathlib.Path("inner/large.bin").write_bytes(bytes(range(256)) * 4000)
        with wandb.init(entity={place.team!r}, project={place.project!r}) as run:
            source = wandb.Artifact("source", type="dataset")
            source.add_dir("inner")
            run.log_artifact(source).wait()
            middle = wandb.Artifact("middle", type="dataset")
            middle.add_reference(source.get_entry("small.txt").ref_url(), "again/small.txt")
            middle.add_reference(source.get_entry("large.bin").ref_url(), "large.bin")
            run.log_artifact(middle).wait()
            outer = wandb.Artifact("outer", type="dataset")
            outer.add_reference(middle.get_entry("again/small.txt").ref_url(), "deep.txt")
            run.log_artifact(outer).wait()
    """)
    place.ok("pull", "middle", "--root", "got")
    assert place.tree("got") == {"again/small.txt": b"small", "large.bin": bytes(range(256)) * 4000}
    place.ok("pull", "outer", "--root", "outer")
    assert place.tree("outer") == {"deep.txt": b"small"}
    place.ok("pull", "middle", "--root", "part", "--path", "again/")
    assert place.tree("part") == {"again/small.txt": b"small"}
