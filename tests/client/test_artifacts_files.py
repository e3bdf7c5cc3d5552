"""The files of artifacts with the real client: every byte and every name comes back, whichever way it is asked for."""
import json

import base64

import pytest

from passing import Proxy

# What both sides make of a word; the second machine knows nothing of the first.
HELP = """
import hashlib, json, os, pathlib

def content(word, size):
    return (hashlib.sha256(word.encode()).digest() * (size // 32 + 1))[:size]

def digest(data):
    return hashlib.md5(data).hexdigest()

def tree(folder):
    folder = pathlib.Path(folder)
    return {str(f.relative_to(folder)): digest(f.read_bytes()) for f in folder.rglob("*") if f.is_file()}

def plant(folder, files):
    for path, data in files.items():
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

def log(project, artifact, **more):
    with wandb.init(project=project) as run:
        logged = run.log_artifact(artifact, **more)
        logged.wait()
        return logged
"""

NAMES = ["plain.txt", "with space.txt", " leading", "100%", "100%25.txt", "%2e%2e%2fx", "a#b.txt", "a?b=c&d.txt", "a+b.txt",
         "semi;colon,comma", "quote'\"back`tick", "<angle>&amp;.html", "caf\u00e9", "cafe\u0301", "\u4e2d\u6587/\u65e5\u672c.txt",
         "\U0001f600.bin", ".hidden", "dir.with.dots/..x", "~", "-dash", "x" * 200, "/".join("deep%d" % i for i in range(30)),
         "[brackets]{braces}", "back to/back to/a file", "trailing.", "wandb_manifest.json", "CON", "\u202eevil.txt", "$HOME", "a=b"]
FILES = f"""
names = {NAMES!r}
files = {{name: name.encode() for name in names}}
files["empty"] = b""
files["dir/empty too"] = b""
"""


def test_odd_names_and_empty_files_come_back(machine, new_machine, team):
    code = HELP + FILES + """
plant("in", files)
artifact = wandb.Artifact("odd", type="dataset")
artifact.add_dir("in")
logged = log("files", artifact)
result["digest"] = logged.digest
result["size"], result["count"] = logged.size, logged.file_count
"""
    logged = machine.run(code, WANDB_ENTITY=team.team)
    seen = new_machine(team.user).run(HELP + FILES + """
artifact = wandb.Api().artifact("files/odd:latest")
folder = artifact.download()
result["same"] = tree(folder) == {name: digest(data) for name, data in files.items()}
result["difference"] = sorted(set(tree(folder)) ^ set(files))
artifact.verify(folder)
result["entries"] = sorted(artifact.manifest.entries) == sorted(files)
result["listed"] = sorted(f.name for f in artifact.files()) == sorted(files)
result["named"] = [f.name for f in artifact.files(["100%", "a#b.txt", "no such file"])]
result["sizes"] = all(f.size == len(files[f.name]) for f in artifact.files())
result["digest"] = artifact.digest
""", WANDB_ENTITY=team.team)
    assert seen["same"], seen["difference"]
    assert seen["entries"] and seen["listed"] and seen["sizes"] and sorted(seen["named"]) == ["100%", "a#b.txt"]
    assert seen["digest"] == logged["digest"]
    assert logged["count"] == len(NAMES) + 2 and logged["size"] == sum(len(n.encode()) for n in NAMES)


def test_single_entries_and_folders_come_back(machine, new_machine, team):
    """get_entry().download() goes to an address that the client builds itself, names unescaped."""
    machine.run(HELP + FILES + """
files["part/one/a.bin"] = content("a", 70_000)
files["part/one/b.bin"] = content("b", 300_000)
files["part/two/c.bin"] = b"c"
plant("in", files)
artifact = wandb.Artifact("entries", type="dataset")
artifact.add_dir("in")
log("files", artifact)
""", WANDB_ENTITY=team.team)
    seen = new_machine(team.user).run(HELP + FILES + """
artifact = wandb.Api().artifact("files/entries:v0")
bad = []
for name, data in files.items():
    path = artifact.get_entry(name).download(root="single")
    if pathlib.Path(path).read_bytes() != data:
        bad.append(name)
result["bad"] = bad
try:
    artifact.get_entry("no such entry")
except KeyError as error:
    result["missing"] = "KeyError"
result["checkout"] = sorted(tree(artifact.checkout(root="checkout"))) == sorted(tree(artifact.download(root="whole")))
one = log("files", (lambda a: (a.add_file("single/plain.txt", name="only.txt"), a)[1])(wandb.Artifact("one", type="dataset")))
result["file"] = pathlib.Path(wandb.Api().artifact("files/one:v0").file()).read_text()
""", WANDB_ENTITY=team.team)
    # By itself: the client takes the target of skip_cache for its cache ever after, and a file of the same size for a hit.
    some = new_machine(team.user).run(HELP + """
folder = wandb.Api().artifact("files/entries:v0").download(root="some", path_prefix="part/one", skip_cache=True)
result["some"] = {name: text == digest(content(name[-5], len(pathlib.Path(folder, name).read_bytes())))
                  for name, text in tree(folder).items()}
""", WANDB_ENTITY=team.team)
    assert seen["bad"] == []
    assert some["some"] == {"part/one/a.bin": True, "part/one/b.bin": True}
    assert seen["missing"] == "KeyError" and seen["checkout"] is True and seen["file"] == "plain.txt"


def test_an_artifact_without_files_is_an_artifact(machine, new_machine, team):
    seen = machine.run(HELP + """
logged = log("files", wandb.Artifact("nothing", type="dataset", metadata={"only": "words"}))
result["digest"], result["version"] = logged.digest, logged.version
artifact = wandb.Api().artifact("files/nothing:latest")
result["tree"] = tree(artifact.download())
result["files"] = [f.name for f in artifact.files()]
result["metadata"], result["count"], result["size"] = artifact.metadata, artifact.file_count, artifact.size
""", WANDB_ENTITY=team.team).result
    assert seen == {"digest": "64e7c61456b10382e2f3b571ac24b659", "version": "v0", "tree": {}, "files": [],
                    "metadata": {"only": "words"}, "count": 0, "size": 0}


def test_a_large_file_comes_back_whole_and_in_ranges(machine, new_machine, server, team):
    machine.run(HELP + """
size = 100 << 20
pathlib.Path("large.bin").write_bytes(content("large", size))
artifact = wandb.Artifact("large", type="model")
artifact.add_file("large.bin")
artifact.add_file("large.bin", name="copy.bin")
log("files", artifact)
""", WANDB_ENTITY=team.team)
    with Proxy(server.url) as proxy:
        seen = new_machine(team.user).run(HELP + """
wanted = digest(content("large", 100 << 20))
artifact = wandb.Api().artifact("files/large:v0")
result["whole"] = tree(artifact.download(root="whole", skip_cache=True))
result["ranges"] = tree(artifact.download(root="ranges", skip_cache=True, multipart=True))
result["wanted"] = {"large.bin": wanted, "copy.bin": wanted}
""", WANDB_ENTITY=team.team, WANDB_BASE_URL=proxy.url)
        assert 206 in [p.status for p in proxy.passed if p.path.startswith("/download/")]
    assert seen["whole"] == seen["wanted"] and seen["ranges"] == seen["wanted"]


def test_many_files_are_listed_page_by_page(machine, new_machine, team):
    machine.run(HELP + """
plant("in", {f"{i % 7}/file {i:04}.txt": f"number {i}".encode() for i in range(2500)})
artifact = wandb.Artifact("many", type="dataset")
artifact.add_dir("in")
log("files", artifact)
""", WANDB_ENTITY=team.team)
    seen = new_machine(team.user).run(HELP + """
artifact = wandb.Api().artifact("files/many:v0")
folder = artifact.download()
result["same"] = tree(folder) == {f"{i % 7}/file {i:04}.txt": digest(f"number {i}".encode()) for i in range(2500)}
result["listed"] = len({f.name for f in artifact.files(per_page=77)})
result["count"] = artifact.file_count
""", WANDB_ENTITY=team.team, WANDB_ARTIFACT_FETCH_FILE_URL_BATCH_SIZE="333")
    assert seen.result == {"same": True, "listed": 2500, "count": 2500}


def test_an_object_in_two_artifacts_is_a_reference_in_the_second(machine, new_machine, server, team):
    """Neither is logged when it is added: the reference names a client id, which the client asks the server for."""
    with Proxy(server.url) as proxy:
        logged = machine.run(HELP + """
with wandb.init(project="media") as run:
    table = wandb.Table(columns=["n", "page"])
    for i in range(3):
        table.add_data(i, wandb.Html(f"<p>number {i}</p>", inject=False))
    first, second = (wandb.Artifact(name, type="dataset") for name in ("first", "second"))
    first.add(table, "pages")
    run.log_artifact(first)
    second.add(table, "again")
    run.log_artifact(second).wait()
entries = wandb.Api().artifact("media/second:v0").manifest.entries
result["refs"] = {name: e.ref for name, e in entries.items()}
result["first"] = wandb.Api().artifact("media/first:v0").id
""", WANDB_ENTITY=team.team, WANDB_BASE_URL=proxy.url)
        assert [p for p in proxy.passed if p.query and "clientIDMapping" in p.query]
    hex_id = base64.b64decode(logged["first"]).hex()
    assert logged["refs"] == {"again.table.json": f"wandb-artifact://{hex_id}/pages.table.json"}
    seen = new_machine(team.user).run(HELP + """
artifact = wandb.Api().artifact("media/second:v0")
result["files"] = [f.name for f in artifact.files()]
folder = artifact.download()
result["tree"] = sorted(tree(folder))
table = artifact.get("again")
result["columns"], result["rows"] = table.columns, [row[0] for row in table.data]
whole = wandb.Api().artifact("media/first:v0").download()
result["html"] = sorted(pathlib.Path(f).read_text() for f in pathlib.Path(whole).rglob("*.html"))
""", WANDB_ENTITY=team.team)
    assert seen["files"] == ["again.table.json"] and seen["tree"] == ["again.table.json"]
    assert seen["columns"] == ["n", "page"] and seen["rows"] == [0, 1, 2]
    assert seen["html"] == [f"<p>number {i}</p>" for i in range(3)]


@pytest.mark.parametrize("kind", ["MD5", "XXH128"])
def test_both_algorithms_of_digests_are_kept(machine, new_machine, server, team, kind):
    if machine.release < (0, 29):
        pytest.skip("this client knows MD5 only")
    vector = {"MD5": "T20FRTbWYTqRRyE5zGDwcg==", "XXH128": "ynOPwwTlfHxI8PtGP6vTkw=="}[kind]
    with Proxy(server.url) as proxy:
        logged = machine.run(HELP + f"""
def make():
    artifact = wandb.Artifact("digests", type="dataset", digest_algorithm="{kind}")
    with artifact.new_file("f.txt") as f:
        f.write("hello0")
    return artifact
plant("in", {{"big/b.bin": content("big", 3_000_000), "empty": b""}})
first = log("digests-{kind}", make())
result["digest"] = first.digest
again = log("digests-{kind}", make())
more = make()
more.add_dir("in")
second = log("digests-{kind}", more)
result["versions"] = [first.version, again.version, second.version]
# The same bytes in another collection are not sent again.
other = wandb.Artifact("others", type="dataset", digest_algorithm="{kind}")
other.add_dir("in")
log("digests-{kind}", other)
draft = wandb.Api().artifact("digests-{kind}/digests:latest").new_draft()
with draft.new_file("new.txt") as f:
    f.write("new")
log("digests-{kind}", draft)
grown = wandb.Artifact("digests", type="dataset", digest_algorithm="{kind}", incremental=True)
with grown.new_file("grown.txt") as f:
    f.write("grown")
log("digests-{kind}", grown)
""", WANDB_ENTITY=team.team, WANDB_BASE_URL=proxy.url)
        assert proxy.uploads(3_000_000) == [3_000_000]
        said = [m["input"]["digestAlgorithm"] for m in proxy.mutations("createArtifactFiles")]
        assert set(said) == {f"MANIFEST_{kind}"}
    assert logged["versions"] == ["v0", "v0", "v1"]
    if kind == "XXH128":
        assert logged["digest"] == "fb69e84c0fcddd88b51929ee3567abb8"
    seen = new_machine(team.user).run(HELP + f"""
artifact = wandb.Api().artifact("digests-{kind}/digests:latest")
folder = artifact.download()
artifact.verify(folder)
result["same"] = tree(folder) == {{name: digest(data) for name, data in {{"f.txt": b"hello0", "empty": b"", "new.txt": b"new",
    "grown.txt": b"grown", "big/b.bin": content("big", 3_000_000)}}.items()}}
result["entry"] = artifact.manifest.entries["f.txt"].digest
result["single"] = pathlib.Path(artifact.get_entry("big/b.bin").download(root="single")).read_bytes() == content("big", 3_000_000)
pathlib.Path(folder, "f.txt").write_text("changed")
try:
    artifact.verify(folder)
    result["verified"] = True
except ValueError as error:
    result["verified"] = False
""", WANDB_ENTITY=team.team)
    assert seen.result == {"same": True, "entry": vector, "single": True, "verified": False}


def test_a_download_that_was_damaged_is_noticed(machine, new_machine, team):
    """The client's own check finds what is not as it was logged."""
    machine.run(HELP + """
plant("in", {"a.txt": b"a", "b.txt": b"b"})
artifact = wandb.Artifact("checked", type="dataset")
artifact.add_dir("in")
log("files", artifact)
""", WANDB_ENTITY=team.team)
    seen = new_machine(team.user).run(HELP + """
artifact = wandb.Api().artifact("files/checked:v0")
folder = artifact.download()
artifact.verify(folder)
pathlib.Path(folder, "b.txt").write_bytes(b"x")
try:
    artifact.verify(folder)
    result["said"] = ""
except ValueError as error:
    result["said"] = str(error)
pathlib.Path(folder, "b.txt").unlink()
result["again"] = tree(artifact.download(root="again", skip_cache=True)) == {"a.txt": digest(b"a"), "b.txt": digest(b"b")}
""", WANDB_ENTITY=team.team)
    assert "b.txt" in seen["said"] and seen["again"] is True
