"""Versions as a client makes them: what is the same and what is new, aliases that move, drafts, increments,
several writers, deletion."""
import pytest

from passing import Proxy

# Helpers for snippets. MB of bytes that depend on a word, so that uploads can be told by their size.
HELP = """
import datetime, hashlib, json, os, pathlib

def content(word, size=1_000_000):
    return (hashlib.sha256(word.encode()).digest() * (size // 32 + 1))[:size]

def artifact(name, type="dataset", files=None, **more):
    made = wandb.Artifact(name, type=type, **more)
    for path, data in (files or {}).items():
        with made.new_file(path, mode="wb") as f:
            f.write(data)
    return made

def look(name):
    a = wandb.Api().artifact(name)
    return dict(version=a.version, aliases=sorted(a.aliases), tags=sorted(a.tags), digest=a.digest, size=a.size,
                files=sorted(a.manifest.entries), metadata=a.metadata, description=a.description, state=a.state,
                id=a.id, count=a.file_count)

def log(project, *artifacts, **more):
    with wandb.init(project=project) as run:
        logged = [run.log_artifact(a, **more) for a in artifacts]
        for a in logged:
            a.wait()
        return run.id, [a.version for a in logged]
"""


def test_same_content_is_the_same_version(machine, team):
    seen = machine.run(HELP + """
p = "same"
one, two = {"a.bin": content("one")}, {"a.bin": content("two")}
runs = []
def step(files, **more):
    run, [version] = log(p, artifact("data", files=files, metadata={"step": len(runs)}), **more)
    runs.append(run)
    return version

result["versions"] = [step(one, aliases=["first"]), step(one, aliases=["latest", "again"]), step(two),
                      step(two, aliases=["second"])]
result["before"] = [look(f"{p}/data:v0"), look(f"{p}/data:v1")]
result["back"] = step(one)
result["after"] = [look(f"{p}/data:v0"), look(f"{p}/data:v1")]
api = wandb.Api()
result["count"] = len(list(api.artifacts("dataset", f"{p}/data")))
result["logged"] = [[a.name for a in api.run(f"{p}/{run}").logged_artifacts()] for run in runs]
result["logged_by"] = api.artifact(f"{p}/data:v0").logged_by().id
result["runs"] = runs
""", WANDB_ENTITY=team.team).result
    assert seen["versions"] == ["v0", "v0", "v1", "v1"] and seen["back"] == "v0"
    assert [v["aliases"] for v in seen["before"]] == [["again", "first"], ["latest", "second"]]
    assert [v["aliases"] for v in seen["after"]] == [["again", "first", "latest"], ["second"]]
    assert seen["count"] == 2
    # Each run has the version as its output, the first one made it.
    assert seen["logged"] == [["data:v0"], ["data:v0"], ["data:v1"], ["data:v1"], ["data:v0"]]
    assert seen["logged_by"] == seen["runs"][0]


def test_the_same_again_costs_one_mutation_and_bytes_are_sent_once(machine, server, team):
    code = HELP + """
log("once", artifact("%s", files={"big.bin": content("big", 3_000_000), "small.txt": b"%s"}))
"""
    with Proxy(server.url) as proxy:
        def step(name, small):
            proxy.passed.clear()
            machine.run(code % (name, small), WANDB_ENTITY=team.team, WANDB_BASE_URL=proxy.url)

        step("first", "x")
        assert proxy.uploads(3_000_000) == [3_000_000]
        assert len(proxy.mutations("commitArtifact")) == 1
        step("first", "x")
        assert proxy.uploads(3_000_000) == []
        assert len(proxy.mutations("createArtifact")) == 1
        for name in ("createArtifactFiles", "createArtifactManifest", "commitArtifact"):
            assert proxy.mutations(name) == [], name
        # Other content in the same sequence, and another sequence: the large file stays where it is.
        for name, small in (("first", "y"), ("second", "x")):
            step(name, small)
            assert len(proxy.mutations("commitArtifact")) == 1
            assert proxy.uploads(3_000_000) == []
    seen = machine.run(HELP + """
for name in ("first:v0", "first:v1", "second:v0"):
    folder = pathlib.Path(wandb.Api().artifact("once/" + name).download(skip_cache=True))
    assert (folder / "big.bin").read_bytes() == content("big", 3_000_000)
    result[name] = (folder / "small.txt").read_text()
""", WANDB_ENTITY=team.team)
    assert seen.result == {"first:v0": "x", "first:v1": "y", "second:v0": "x"}


def test_everything_about_a_version_can_be_edited(machine, new_machine, team):
    seen = machine.run(HELP + """
p = "edit"
log(p, artifact("data", files={"a": b"1"}, description="at first", metadata={"nested": {"list": [1, 2.5, None, "x"],
                "deep": {"er": True}}, "unicode": "\u00fc\u4e2d", "large": 2**53, "text": "</script> & 'x'"}),
    aliases=["latest", "best", "tmp"])
log(p, artifact("data", files={"a": b"2"}))
result["logged"] = look(f"{p}/data:v0")
a = wandb.Api().artifact(f"{p}/data:v0")
a.description = "later"
a.metadata["new"] = {"k": [1]}
del a.metadata["large"]
a.aliases.append("prod")
a.aliases.remove("tmp")
a.tags.extend(["red tag", "blue"])
a.ttl = datetime.timedelta(days=3)
a.save()
result["edited"] = look(f"{p}/data:v0")
result["ttl"] = wandb.Api().artifact(f"{p}/data:v0").ttl.total_seconds()
result["others"] = look(f"{p}/data:v1")
b = wandb.Api().artifact(f"{p}/data:v1")
b.aliases.append("best")
b.save()
result["moved"] = [look(f"{p}/data:v0")["aliases"], look(f"{p}/data:best")["version"]]
a = wandb.Api().artifact(f"{p}/data:v0")
a.tags.remove("blue")
a.description = ""
a.metadata = {}
a.ttl = None
a.save()
result["cleared"] = look(f"{p}/data:v0")
result["no ttl"] = wandb.Api().artifact(f"{p}/data:v0").ttl
api = wandb.Api()
result["by tag"] = [v.version for v in api.artifacts("dataset", f"{p}/data", tags=["red tag"])]
result["exists"] = [api.artifact_exists(f"{p}/data:{x}") for x in ("prod", "tmp", "v1", "v2", "nothing")]
""", WANDB_ENTITY=team.team).result
    logged, edited, cleared = seen["logged"], seen["edited"], seen["cleared"]
    assert logged["description"] == "at first" and logged["aliases"] == ["best", "tmp"]
    assert logged["metadata"] == {"nested": {"list": [1, 2.5, None, "x"], "deep": {"er": True}}, "unicode": "\u00fc\u4e2d",
                                  "large": 2**53, "text": "</script> & 'x'"}
    assert edited["description"] == "later" and edited["aliases"] == ["best", "prod"]
    assert edited["tags"] == ["blue", "red tag"] and seen["ttl"] == 3 * 86400
    assert edited["metadata"] == {**{k: v for k, v in logged["metadata"].items() if k != "large"}, "new": {"k": [1]}}
    assert (edited["digest"], edited["id"], edited["version"]) == (logged["digest"], logged["id"], "v0")
    assert seen["others"]["aliases"] == ["latest"] and seen["others"]["tags"] == []
    assert seen["moved"] == [["prod"], "v1"]
    assert cleared["tags"] == ["red tag"] and not cleared["description"] and cleared["metadata"] == {}
    assert seen["no ttl"] is None
    assert seen["by tag"] == ["v0"] and seen["exists"] == [True, False, True, False, False]


def test_metadata_with_nan_is_kept(machine, team):
    seen = machine.run(HELP + """
log("nan", artifact("data", files={"a": b"1"}, metadata={"loss": float("nan"), "ok": 1.5}))
result.update(look("nan/data:v0"))
result["metadata"] = {k: str(v) for k, v in result["metadata"].items()}
""", WANDB_ENTITY=team.team).result
    assert seen["metadata"] in ({"loss": "nan", "ok": "1.5"}, {"loss": "None", "ok": "1.5"})


def test_deleted_versions_are_gone_and_their_numbers_with_them(machine, team):
    seen = machine.run(HELP + """
p = "delete"
def versions():
    return sorted(a.version for a in wandb.Api().artifacts("dataset", f"{p}/data"))
def raises(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except Exception as error:
        return str(error)

for word in ("a", "b", "c"):
    log(p, artifact("data", files={"f": word.encode()}), aliases=["latest", word])
api = wandb.Api()
result["refused"] = raises(api.artifact(f"{p}/data:v2").delete)
result["still"] = versions()
api.artifact(f"{p}/data:v2").delete(delete_aliases=True)
plain = api.artifact(f"{p}/data:v0")
plain.aliases.remove("a")
plain.save()
api.artifact(f"{p}/data:v0").delete()
result["left"] = versions()
result["gone"] = [raises(wandb.Api().artifact, f"{p}/data:{x}") for x in ("v0", "v2", "c")]
result["latest"] = look(f"{p}/data:latest")["version"]
result["exists"] = [wandb.Api().artifact_exists(f"{p}/data:{x}") for x in ("v0", "v1")]
_, result["next"] = log(p, artifact("data", files={"f": b"d"}))
# What was deleted is uploaded again and becomes a version of its own.
_, result["again"] = log(p, artifact("data", files={"f": b"c"}))
folder = wandb.Api().artifact(f"{p}/data:v4").download(skip_cache=True)
result["bytes"] = (pathlib.Path(folder) / "f").read_text()
result["end"] = versions()
""", WANDB_ENTITY=team.team).result
    assert "alias" in seen["refused"]
    assert seen["still"] == ["v0", "v1", "v2"] and seen["left"] == ["v1"]
    assert all("not found" in text for text in seen["gone"]) and seen["latest"] == "v1" and seen["exists"] == [False, True]
    assert seen["next"] == ["v3"] and seen["again"] == ["v4"] and seen["bytes"] == "c"
    assert seen["end"] == ["v1", "v3", "v4"]


def test_collections_are_listed_renamed_and_deleted(machine, team):
    seen = machine.run(HELP + """
p = "collections"
log(p, artifact("one", files={"f": b"1"}), artifact("two", files={"f": b"2"}), artifact("weights", "model", {"f": b"3"}))
api = wandb.Api()
def names(type):
    return sorted(c.name for c in wandb.Api().artifact_type(type, p).collections())
result["types"] = sorted(t.name for t in api.artifact_types(p))
result["names"] = names("dataset"), names("model")
c = api.artifact_collection("dataset", f"{p}/one")
result["sequence"] = c.is_sequence()
c.name, c.description = "renamed", "said of it"
c.tags = ["t1", "t2"]
c.save()
c = wandb.Api().artifact_collection("dataset", f"{p}/renamed")
result["renamed"] = c.name, c.description, sorted(c.tags), look(f"{p}/renamed:v0")["version"]
c.tags = ["t2"]
c.change_type("corpus")
result["moved"] = names("dataset"), names("corpus"), wandb.Api().artifact(f"{p}/renamed:v0").type
result["tags"] = wandb.Api().artifact_collection("corpus", f"{p}/renamed").tags
wandb.Api().artifact_collection("dataset", f"{p}/two").delete()
result["deleted"] = names("dataset"), wandb.Api().artifact_exists(f"{p}/two:v0"), \
                    wandb.Api().artifact_collection_exists(f"{p}/two", "dataset")
_, result["again"] = log(p, artifact("two", files={"f": b"2"}))
result["bytes"] = pathlib.Path(wandb.Api().artifact(f"{p}/two:latest").download(skip_cache=True), "f").read_text()
try:
    wandb.Artifact("weights", type="dataset")
    log(p, artifact("weights", "dataset", {"f": b"4"}))
except Exception as error:
    result["type"] = str(error)
""", WANDB_ENTITY=team.team).result
    assert {"dataset", "model"} <= set(seen["types"])
    assert seen["names"] == [["one", "two"], ["weights"]] and seen["sequence"] is True
    assert seen["renamed"] == ["renamed", "said of it", ["t1", "t2"], "v0"]
    assert seen["moved"] == [["two"], ["renamed"], "corpus"]
    assert seen["deleted"] == [[], False, False]
    assert seen["again"] == ["v0"] and seen["bytes"] == "2"
    assert "already exists with type 'model'; cannot create another with type 'dataset'" in seen["type"]


def test_drafts_and_increments_build_on_a_version(machine, server, team):
    with Proxy(server.url) as proxy:
        seen = machine.run(HELP + """
p = "drafts"
log(p, artifact("data", files={"keep.bin": content("keep", 2_000_000), "gone.txt": b"gone", "old.txt": b"old"}))
draft = wandb.Api().artifact(f"{p}/data:latest").new_draft()
draft.remove("gone.txt")
with draft.new_file("new.txt", mode="w") as f:
    f.write("new")
log(p, draft)
result["draft"] = look(f"{p}/data:latest")
more = artifact("data", files={"more.txt": b"more"}, incremental=True)
log(p, more)
result["more"] = look(f"{p}/data:latest")
log(p, artifact("data", files={"old.txt": b"other"}, incremental=True))
result["over"] = look(f"{p}/data:latest")
folder = pathlib.Path(wandb.Api().artifact(f"{p}/data:latest").download(skip_cache=True))
result["bytes"] = {str(f.relative_to(folder)): hashlib.md5(f.read_bytes()).hexdigest() for f in folder.iterdir()}
result["wanted"] = {n: hashlib.md5(d).hexdigest() for n, d in {"keep.bin": content("keep", 2_000_000), "old.txt": b"other",
                    "new.txt": b"new", "more.txt": b"more"}.items()}
wandb.Api().artifact(f"{p}/data:latest").verify(str(folder))
result["first"] = look(f"{p}/data:v0")["files"]
_, result["alone"] = log(p, artifact("alone", files={"a": b"1"}, incremental=True))
""", WANDB_ENTITY=team.team, WANDB_BASE_URL=proxy.url).result
        assert proxy.uploads(2_000_000) == [2_000_000]
    assert seen["draft"]["version"] == "v1" and seen["draft"]["files"] == ["keep.bin", "new.txt", "old.txt"]
    assert seen["more"]["version"] == "v2" and seen["more"]["files"] == ["keep.bin", "more.txt", "new.txt", "old.txt"]
    assert seen["more"]["count"] == 4 and seen["more"]["size"] == 2_000_000 + 3 + 3 + 4
    assert seen["over"]["version"] == "v3" and seen["over"]["size"] == 2_000_000 + 5 + 3 + 4
    assert seen["bytes"] == seen["wanted"]
    assert seen["first"] == ["gone.txt", "keep.bin", "old.txt"]
    assert seen["alone"] == ["v0"]


def test_several_writers_make_one_version(machine, team):
    """Runs of one group each add their part; the version exists when one of them finishes it."""
    seen = machine.run(HELP + """
p = "several"
for part in ("one", "two"):
    with wandb.init(project=p, group="g") as run:
        run.upsert_artifact(artifact("shards", files={f"{part}.txt": part.encode()}), distributed_id="g")
result["pending"] = wandb.Api().artifact_exists(f"{p}/shards:latest")
with wandb.init(project=p, group="g") as run:
    run.finish_artifact(artifact("shards", files={"last.txt": b"last"}), distributed_id="g").wait()
result.update(look(f"{p}/shards:latest"))
folder = pathlib.Path(wandb.Api().artifact(f"{p}/shards:latest").download(skip_cache=True))
result["bytes"] = {f.name: f.read_text() for f in folder.iterdir()}
with wandb.init(project=p, group="h") as run:
    run.upsert_artifact(artifact("shards", files={"alone.txt": b"alone"}), distributed_id="h")
with wandb.init(project=p, group="h") as run:
    run.finish_artifact(artifact("shards", files={}), distributed_id="h").wait()
result["second"] = look(f"{p}/shards:latest")
""", WANDB_ENTITY=team.team).result
    assert seen["pending"] is False
    assert (seen["version"], seen["files"]) == ("v0", ["last.txt", "one.txt", "two.txt"])
    assert seen["bytes"] == {"one.txt": "one", "two.txt": "two", "last.txt": "last"}
    assert (seen["second"]["version"], seen["second"]["files"]) == ("v1", ["alone.txt"])


@pytest.mark.parametrize("same", [True, False])
def test_two_processes_log_at_once(new_machine, team, same):
    """The same content becomes one version, other content two; each process downloads what it logged."""
    machines = [new_machine(team.user), new_machine(team.user)]
    code = HELP + """
word = %r
files = {f"{i}.txt": f"{word} {i}".encode() for i in range(50)}
with wandb.init(project=%r) as run:
    # Both start together.
    gate = pathlib.Path(os.environ["GATE"])
    import time
    (gate / run.id).touch()
    end = time.monotonic() + 60
    while len(list(gate.iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    logged = run.log_artifact(artifact("data", files=files))
    logged.wait()
    result["version"] = logged.version
folder = pathlib.Path(wandb.Api().artifact(%r + "/data:" + result["version"]).download(skip_cache=True))
assert {f.name: f.read_bytes() for f in folder.iterdir()} == files
"""
    project = f"at-once-{same}"
    gate = machines[0].folder / "gate"
    gate.mkdir()
    begun = [m.begin(code % ("same" if same else f"word {i}", project, project), WANDB_ENTITY=team.team, GATE=str(gate))
             for i, m in enumerate(machines)]
    versions = sorted(m.collect(b)["version"] for m, b in zip(machines, begun))
    assert versions == (["v0", "v0"] if same else ["v0", "v1"])
    seen = machines[0].run(HELP + f"""
result["all"] = sorted(a.version for a in wandb.Api().artifacts("dataset", "{project}/data"))
result["latest"] = look("{project}/data:latest")["version"]
""", WANDB_ENTITY=team.team)
    assert seen["all"] == sorted(set(versions)) and seen["latest"] in versions
