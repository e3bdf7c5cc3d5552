"""A registry that the wandb client made, read by a C program over libvitrine, and one that such a program made, read
by the wandb client: every property of the registry, its members, its collections and its versions is the same."""
import json
import subprocess

import pytest

import machines
from test_wandb import old_machine  # noqa: F401, a fixture

READER = machines.BUILD / "tests/library/library_registry"

# What the client says of a registry, under the names that tests/library/registry.c gives them.
LOOK = """
def seconds(ttl):
    return int(ttl.total_seconds()) if ttl is not None else 0

def run_path(run):
    return "/".join(run.path)

def look_version(v):
    entity, project, name = v.source_entity, v.source_project, v.source_name
    return dict(id=v.id, entity=v.entity, project=v.project, version=v.version, name=v.name, type=v.type, digest=v.digest,
                qualified_name=v.qualified_name, state=v.state, description=v.description or "", metadata=v.metadata,
                created_at=v.created_at, updated_at=v.updated_at or "", size=v.size, file_count=v.file_count, ttl_s=seconds(v.ttl),
                is_link=int(v.is_link) if hasattr(v, "is_link") else 1, is_draft=int(v.is_draft()), collection=v.collection.name,
                source_entity=entity, source_project=project, source_collection=name.split(":")[0],
                source_version=v.source_version, aliases=sorted(v.aliases), tags=sorted(v.tags),
                entries=[dict(path=str(p), digest=e.digest, size=e.size, ref=e.ref and str(e.ref))
                         for p, e in sorted(v.manifest.entries.items())],
                logged_by=[run_path(v.logged_by())] if v.logged_by() else [], used_by=sorted(run_path(r) for r in v.used_by()))

def look_collection(c):
    return dict(id=c.id, name=c.name, entity=c.entity, project=c.project, type=c.type, description=c.description or "",
                created_at=c.created_at, updated_at=getattr(c, "updated_at", "") or "", is_sequence=int(c.is_sequence()),
                tags=sorted(c.tags), aliases=sorted(a for a in c.aliases if not a[1:].isdigit()))

def look_members(r):
    def role(m):
        return str(getattr(m.role, "value", m.role))
    return [dict(kind="user", id=m.user.id, name=m.user.username, role=role(m)) for m in r.user_members()] + \\
           [dict(kind="team", id=m.team.id, name=m.team.name, role=role(m)) for m in r.team_members()]

def look(r):
    collections = sorted(map(look_collection, r.collections()), key=lambda c: c["name"])
    return dict(id=getattr(r, "id", None), name=r.name, full_name=r.full_name, path="/".join(r.path), entity=r.entity,
                organization=r.organization, description=r.description or "", created_at=r.created_at,
                updated_at=r.updated_at or "", visibility=r.visibility, all_types=int(r.allow_all_artifact_types),
                types=sorted(r.artifact_types), members=look_members(r) if hasattr(r, "members") else None,
                collections=collections, collections_total=len(collections),
                versions=sorted(map(look_version, r.versions()), key=lambda v: (v["collection"], v["version"])))
"""

MAKE = """
import os
api = wandb.Api()
made = api.create_registry({name!r}, visibility="restricted", organization={org!r}, description="first", artifact_types=["model"])
made.artifact_types.append("dataset")
made.description = "made in Python: ä \\"quoted\\"\\nsecond line"
made.save()
if hasattr(made, "members"):
    made.add_members(api.user({user!r}), api.team({lab!r}))
    made.update_member(api.user({user!r}), "viewer")
base = {entity!r} + "/wandb-registry-" + {name!r} + "/"
for number in range(2):
    with wandb.init(entity={team!r}, project={project!r}) as run:
        artifact = wandb.Artifact("trained", type="model", description="weights " + str(number),
                                  metadata={{"acc": 0.25 + number, "deep": {{"list": [1, None, "ü"]}}, "yes": True}})
        with artifact.new_file("weights.bin", mode="wb") as file:
            file.write(os.urandom(1000 + number))
        with artifact.new_file("sub/ä ö.txt") as file:
            file.write("umlaut")
        artifact.add_reference("tape://shelf/key", name="ref")
        run.log_artifact(artifact, aliases=["best"], tags=["tested", "two words"]).wait()
        run.link_artifact(artifact, base + "Models", aliases=["staging"] + ["production"] * (number == 0))
with wandb.init(entity={team!r}, project={project!r}) as run:
    data = wandb.Artifact("rows", type="dataset")
    with data.new_file("rows.csv") as file:
        file.write("1,2\\n")
    run.log_artifact(data).wait()
    run.link_artifact(data, base + "Größere Daten", aliases=["golden"])
with wandb.init(entity={team!r}, project={project!r}) as run:
    run.use_artifact(base + "Models:production")
models = next(c for c in made.collections() if c.name == "Models")
models.description = "all models"
models.tags = ["vision", "two words"]
models.save()
made.load()
"""


@pytest.fixture
def program(place):
    def run(*words, status=0):
        done = subprocess.run([str(READER), *words], cwd=place.work, env=place.environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout
    return run


def in_order(seen):
    """Lists whose order nobody promises, sorted; the numbers of versions left out of the aliases."""
    seen["types"].sort()
    seen["collections"].sort(key=lambda c: c["name"])
    seen["versions"].sort(key=lambda v: (v["collection"], v["version"]))
    for one in seen["collections"] + seen["versions"]:
        one["tags"].sort()
        one["aliases"].sort()
    for one in seen["versions"]:
        one["used_by"].sort()
        one["ttl_s"] = max(0, one["ttl_s"])   # 0 or less: none
    return seen


def same(c, python, without=()):
    """Compared value by value: what differs is named."""
    c, python = in_order(c), in_order(python)
    differing = {}

    def walk(a, b, path):
        if path.rpartition(".")[2] in {"email", *without}:   # the client has no mail addresses of members
            return
        if isinstance(a, dict) and isinstance(b, dict):
            for name in a.keys() | b.keys():
                walk(a.get(name, "absent"), b.get(name, "absent"), f"{path}.{name}")
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            for index, pair in enumerate(zip(a, b)):
                walk(*pair, f"{path}[{index}]")
        elif a != b:
            differing[path] = (a, b)

    walk(c, python, "")
    assert not differing


def same_for_the_oldest(c, python):
    """That release shows no members, no ids of registries, and not when a collection was changed."""
    assert python.pop("id") is None and python.pop("members") is None
    assert {one.pop("updated_at") for one in python["collections"]} == {""}
    c = {name: value for name, value in c.items() if name not in ("id", "members")}
    for one in c["collections"]:
        assert one.pop("updated_at")
    same(c, python)


def make(machine, team, place, name, lab):
    user = team.member("library-other", team_role=None)
    machine.run(LOOK + MAKE.format(name=name, org=team.org, entity=team.org_entity, team=team.team, project=place.project,
                                   user=user.name, lab=lab))
    return user


def test_what_wandb_made_is_read_from_c(place, machine, team, program):
    lab = team.server.team(f"lab-{team.server.number()}", team.org, team.user)
    user = make(machine, team, place, "Read From C", lab)
    c = json.loads(program("read", team.org, "Read From C"))
    same(c, machine.run(LOOK + f"result.update(look(wandb.Api().registry('Read From C', {team.org!r})))").result)
    # That there was something to compare.
    assert c["description"] == 'made in Python: ä "quoted"\nsecond line' and c["visibility"] == "restricted"
    assert c["types"] == ["dataset", "model"] and not c["all_types"]
    assert [(m["kind"], m["name"], m["role"]) for m in c["members"]] == [
        ("user", team.user.name, "admin"), ("user", user.name, "viewer"), ("team", lab, "restricted_viewer")]
    assert [(x["name"], x["type"], x["tags"]) for x in c["collections"]] == [
        ("Größere Daten", "dataset", []), ("Models", "model", ["two words", "vision"])]
    assert c["collections"][1]["description"] == "all models" and c["collections"][1]["aliases"] == ["latest", "production", "staging"]
    assert [v["name"] for v in c["versions"]] == ["Größere Daten:v0", "Models:v0", "Models:v1"]
    old, new = c["versions"][1:]
    assert old["aliases"] == ["production"] and new["aliases"] == ["latest", "staging"] and old["tags"] == ["tested", "two words"]
    assert len(old["used_by"]) == 1 and len(old["logged_by"]) == 1
    assert old["metadata"] == {"acc": 0.25, "deep": {"list": [1, None, "ü"]}, "yes": True}
    assert [e["path"] for e in old["entries"]] == ["ref", "sub/ä ö.txt", "weights.bin"]
    assert program("find", team.org, "Read From C", '{"tag": "vision"}', "-name") == "Models\n"
    assert program("find", team.org, "Read From C", '{"name": {"$ne": "x"}}', "-name") == "Models\nGrößere Daten\n"


def test_what_the_oldest_client_made_is_read_from_c(place, old_machine, team, program):
    make(old_machine, team, place, "Old From C", None)
    c = json.loads(program("read", team.org, "Old From C"))
    python = old_machine.run(LOOK + f"result.update(look(wandb.Api().registry('Old From C', {team.org!r})))").result
    same_for_the_oldest(c, python)
    assert len(c["versions"]) == 3 and len(c["collections"]) == 2


def test_what_c_made_is_read_by_wandb(place, machine, old_machine, team, program):
    user = team.member("library-made", team_role=None)
    lab = team.server.team(f"lab-{team.server.number()}", team.org, team.user)
    program("make", team.org, "Made In C", user.name, lab)
    c = json.loads(program("read", team.org, "Made In C"))
    look = LOOK + f"result.update(look(wandb.Api().registry('Made In C', {team.org!r})))"
    python = machine.run(look).result
    same(c, python)
    assert python["description"] == 'gemacht in C: ä "ö" \\ ü' and python["visibility"] == "restricted"
    assert python["types"] == ["dataset", "job", "model"] and not python["all_types"]
    assert [(m["name"], m["role"]) for m in python["members"]] == [
        (team.user.name, "admin"), (user.name, "member"), (lab, "member")]
    assert [(x["name"], x["type"], x["description"]) for x in python["collections"]] == [
        ("Empty", "dataset", "nothing in it"), ("From C", "model", '"quoted"\nand a second line')]
    assert python["collections"][1]["tags"] == ["two words", "vision"]
    version, = python["versions"]
    assert version["aliases"] == ["grün", "latest", "staging"] and version["tags"] == ["by c", "tested"]
    assert version["metadata"] == {"acc": 0.5, "layers": [1, 2], "deep": {"ü": None, "yes": True}}
    assert (version["description"], len(version["logged_by"])) == ("weights from C", 1)
    assert [(e["path"], e["size"], e["ref"]) for e in version["entries"]] == [
        ("empty", 0, None), ("folder/ä ö.txt", 6, None), ("ref", 7, "tape://shelf/key"), ("weights.bin", 4, None)]
    same_for_the_oldest(c, old_machine.run(look).result)
