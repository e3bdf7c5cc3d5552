"""References to what lies elsewhere, with the real client: the server keeps what it is told and fetches nothing."""
import base64
import hashlib
import http.server
import threading

import pytest

HELP = """
import hashlib, json, os, pathlib

def log(project, artifact, **more):
    with wandb.init(project=project) as run:
        logged = run.log_artifact(artifact, **more)
        logged.wait()
        return logged

def entries(artifact):
    return {name: dict(digest=e.digest, ref=e.ref and str(e.ref), size=e.size, extra=dict(e.extra))
            for name, e in artifact.manifest.entries.items()}

def raises(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""

PAGES = {"/data/page.txt": b"a page", "/data/other": b"another"}


@pytest.fixture
def site():
    """A web site with an ETag for each page; it counts what is asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.command, self.path))
            page = PAGES.get(self.path.split("?")[0])
            self.send_response(200 if page else 404)
            self.send_header("Content-Length", str(len(page or b"")))
            if page:
                self.send_header("ETag", f'"{hashlib.md5(page).hexdigest()}"')
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(page or b"")

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


def test_web_references_are_kept_and_followed_by_the_client(machine, new_machine, team, site):
    url, asked = site
    logged = machine.run(HELP + f"""
artifact = wandb.Artifact("web", type="dataset")
artifact.add_reference("{url}/data/page.txt")
artifact.add_reference("{url}/data/other?q=1", name="dir/named.txt")
artifact.add_reference("{url}/data/nothing-there", name="unchecked", checksum=False)
with artifact.new_file("real.txt") as f:
    f.write("real")
logged = log("refs", artifact)
result["entries"], result["digest"] = entries(wandb.Api().artifact("refs/web:v0")), logged.digest
result["size"], result["count"] = logged.size, logged.file_count
""", WANDB_ENTITY=team.team)
    etag = hashlib.md5(b"a page").hexdigest()
    assert logged["entries"]["page.txt"] == {"digest": etag, "ref": f"{url}/data/page.txt", "size": 6,
                                             "extra": {"etag": f'"{etag}"'}}
    assert logged["entries"]["dir/named.txt"]["ref"] == f"{url}/data/other?q=1"
    assert logged["entries"]["unchecked"]["digest"] == logged["entries"]["unchecked"]["ref"] == f"{url}/data/nothing-there"
    assert logged["count"] == 4
    asked_by_client = len(asked)
    seen = new_machine(team.user).run(HELP + """
artifact = wandb.Api().artifact("refs/web:v0")
result["files"] = sorted(f.name for f in artifact.files())
result["said"] = raises(artifact.download, root="all")
# Without what is not there, the client fetches the pages from the site.
folder = pathlib.Path(artifact.download(root="dir", path_prefix="dir"))
result["named"] = (folder / "dir/named.txt").read_text()
result["page"] = pathlib.Path(artifact.get_entry("page.txt").download(root="one")).read_text()
result["target"] = artifact.get_entry("page.txt").ref_target()
""", WANDB_ENTITY=team.team)
    assert seen["files"] == ["dir/named.txt", "page.txt", "real.txt", "unchecked"]
    assert "404" in seen["said"] and seen["named"] == "another" and seen["page"] == "a page"
    assert seen["target"] == f"{url}/data/page.txt"
    assert len(asked) > asked_by_client


def test_files_and_folders_are_referred_to(machine, new_machine, team):
    seen = machine.run(HELP + """
for name, text in {"a.txt": "a", "sub/b c.txt": "bb", "sub/100%.txt": "ccc"}.items():
    file = pathlib.Path("store", name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
here = pathlib.Path("store").resolve()
artifact = wandb.Artifact("files", type="dataset")
artifact.add_reference(f"file://{here}")
log("refs", artifact)
artifact = wandb.Api().artifact("refs/files:v0")
result["entries"] = {n: (e["digest"], e["size"], e["ref"].replace(str(here), "")) for n, e in entries(artifact).items()}
folder = pathlib.Path(artifact.download(root="got"))
result["texts"] = {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()}
pathlib.Path("store/a.txt").write_text("changed")
result["changed"] = raises(wandb.Api().artifact("refs/files:v0").download, root="other", skip_cache=True)
""", WANDB_ENTITY=team.team)
    digest = base64.b64encode(hashlib.md5(b"a").digest()).decode()
    assert seen["entries"]["a.txt"] == [digest, 1, "file:///a.txt"]
    assert seen["entries"]["sub/b c.txt"][1:] == [2, "file:///sub/b c.txt"] or "b%20c" in seen["entries"]["sub/b c.txt"][2]
    assert seen["texts"]["a.txt"] == "a" and seen["texts"]["sub/100%.txt"] == "ccc"
    assert "igest" in seen["changed"]
    other = new_machine(team.user).run(HELP + """
artifact = wandb.Api().artifact("refs/files:v0")
result["names"] = sorted(f.name for f in artifact.files())
""", WANDB_ENTITY=team.team)
    assert other["names"] == ["a.txt", "sub/100%.txt", "sub/b c.txt"]


def test_addresses_of_any_kind_are_kept(machine, team):
    addresses = ["s3://bucket/key with space/a.bin?versionId=3", "gs://bucket/x#1234", "https://example.com/a?b=c&d=%20",
                 "custom+scheme://\u00fc/\u4e2d", "abfs://c@a.dfs.core.windows.net/p", "s3://bucket/key"]
    seen = machine.run(HELP + f"""
addresses = {addresses!r}
from wandb.sdk.artifacts.artifact_manifest_entry import ArtifactManifestEntry
def make(words):
    artifact = wandb.Artifact("any", type="dataset")
    for i, address in enumerate(words):
        # What add_reference(checksum=False) does, without the libraries of those stores.
        artifact.manifest.add_entry(ArtifactManifestEntry(path=f"r{{i}}", ref=address, digest=address, size=i))
    return artifact
first = log("refs", make(addresses))
again = log("refs", make(addresses))
other = log("refs", make(addresses[:-1] + ["s3://bucket/key2"]))
result["versions"] = [first.version, again.version, other.version]
artifact = wandb.Api().artifact("refs/any:v0")
result["refs"] = [entries(artifact)[f"r{{i}}"]["ref"] for i in range(len(addresses))]
result["digests"] = [entries(artifact)[f"r{{i}}"]["digest"] for i in range(len(addresses))]
result["size"] = artifact.size
""", WANDB_ENTITY=team.team)
    assert seen["versions"] == ["v0", "v0", "v1"]
    assert seen["refs"] == addresses and seen["digests"] == addresses
    assert seen["size"] == sum(range(len(addresses)))


def test_artifacts_refer_to_artifacts(machine, new_machine, team):
    logged = machine.run(HELP + """
source = wandb.Artifact("source", type="dataset")
for name in ("one.txt", "deep/two words.txt"):
    with source.new_file(name) as f:
        f.write(name)
log("refs", source)
source = wandb.Api().artifact("refs/source:v0")
target = wandb.Artifact("target", type="dataset")
target.add_reference(source.get_entry("one.txt").ref_url(), name="from source.txt")
target.add_reference(source.get_entry("deep/two words.txt").ref_url())
with target.new_file("own.txt") as f:
    f.write("own")
log("refs-of-refs", target)
# And once more, through the reference.
target = wandb.Api().artifact("refs-of-refs/target:v0")
third = wandb.Artifact("third", type="dataset")
third.add_reference(target.get_entry("from source.txt").ref_url(), name="third.txt")
log("refs-of-refs", third)
result["id"] = source.id
""", WANDB_ENTITY=team.team)
    seen = new_machine(team.user).run(HELP + """
artifact = wandb.Api().artifact("refs-of-refs/target:v0")
folder = pathlib.Path(artifact.download())
result["texts"] = {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()}
result["refs"] = sorted(e["ref"] or "" for e in entries(artifact).values())
result["third"] = pathlib.Path(wandb.Api().artifact("refs-of-refs/third:v0").get_entry("third.txt").download(root="t")).read_text()
""", WANDB_ENTITY=team.team)
    hex_id = base64.b64decode(logged["id"]).hex()
    assert seen["refs"] == ["", f"wandb-artifact://{hex_id}/deep/two words.txt", f"wandb-artifact://{hex_id}/one.txt"]
    assert seen["texts"]["from source.txt"] == "one.txt" and seen["texts"]["own.txt"] == "own"
    assert "deep/two words.txt" in seen["texts"].values() and len(seen["texts"]) == 3
    assert seen["third"] == "one.txt"


def test_a_file_and_a_reference_with_the_same_digest_stay_apart(machine, new_machine, team):
    """Whichever of them comes first in the manifest, the file's bytes are found by its digest."""
    machine.run(HELP + """
pathlib.Path("here.txt").write_text("twice")
for name in ("a", "z"):
    artifact = wandb.Artifact(f"same-{name}", type="dataset")
    artifact.add_reference(f"file://{pathlib.Path('here.txt').resolve()}", name=f"{name}-ref.txt")
    artifact.add_file("here.txt", name="m-file.txt")
    log("refs", artifact)
""", WANDB_ENTITY=team.team)
    seen = new_machine(team.user).run(HELP + """
for name in ("a", "z"):
    artifact = wandb.Api().artifact(f"refs/same-{name}:v0")
    digests = {e["digest"] for e in entries(artifact).values()}
    # get_entry() of a file goes by the digest, in an address that the client builds.
    result[name] = len(digests), pathlib.Path(artifact.get_entry("m-file.txt").download(root=name)).read_text()
""", WANDB_ENTITY=team.team)
    assert seen.result == {"a": [1, "twice"], "z": [1, "twice"]}
