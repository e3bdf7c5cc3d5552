"""Both directions with the real client: what the one writes the other reads, with the same digests, the same
version numbers and the same meaning of the manifest."""
import os
import subprocess

import pytest

import command  # noqa: F401, where machines is found
import machines

MANIFEST = """
artifact = wandb.Api().artifact({path!r})
result.update(version=artifact.version, digest=artifact.digest, size=artifact.size, aliases=sorted(artifact.aliases),
              metadata=artifact.metadata, description=artifact.description, type=artifact.type,
              tags=sorted(artifact.tags),
              entries=[[p, e.digest, e.size, e.ref and str(e.ref)] for p, e in sorted(artifact.manifest.entries.items())],
              folder=artifact.download(**{options!r}))
"""


def look(machine, path, **options):
    seen = machine.run(MANIFEST.format(path=path, options=options)).result
    folder = machine.work / seen["folder"]
    seen["files"] = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    return seen


def test_vitrine_writes_and_wandb_reads(place, machine, team):
    for name, content in {"model.bin": os.urandom(300_000), "conf/a.json": b"{}", "empty": b"", "ä ö.txt": b"umlaut"}.items():
        place.write(f"out/{name}", content)
    target = f"{team.org_entity}/wandb-registry-model/Written In C"
    place.ok("push", "out", "thing", "-t", "model", "--link", target, "--alias", "staging", "--metadata", '{"a": [1, 2.5]}',
             "--description", "by C", "--tag", "c")
    mine = place.json("show", "thing")
    seen = look(machine, f"{team.team}/{place.project}/thing:v0")
    assert seen["files"] == place.tree("out")
    assert (seen["version"], seen["digest"], seen["size"]) == ("v0", mine["digest"], mine["size"])
    assert (seen["metadata"], seen["description"], seen["type"], seen["tags"]) == ({"a": [1, 2.5]}, "by C", "model", ["c"])
    assert [e[:3] for e in seen["entries"]] == [[e["path"], e["digest"], e["size"]]
                                                for e in sorted(place.json("ls", "thing"), key=lambda e: e["path"])]
    linked = look(machine, f"{target}:staging")
    assert linked["files"] == place.tree("out") and linked["version"] == "v0"
    assert linked["aliases"] == ["latest", "staging"]


def test_wandb_writes_and_vitrine_reads(place, machine, team):
    target = f"{team.org_entity}/wandb-registry-model/Written In Python"
    machine.run(f"""
        import os, pathlib
        pathlib.Path("d/sub").mkdir(parents=True)
        pathlib.Path("d/one.bin").write_bytes(os.urandom(200_000))
        pathlib.Path("d/sub/two.txt").write_text("two")
        with wandb.init(entity={team.team!r}, project={place.project!r}) as run:
            artifact = wandb.Artifact("thing", type="model", metadata={{"x": 1}}, description="by Python")
            artifact.add_dir("d")
            artifact.add_reference("tape://shelf/key", name="ref")
            run.log_artifact(artifact, aliases=["best"]).wait()
            run.link_artifact(artifact, {target!r}, aliases=["staging"])
            result.update(digest=artifact.digest, run=run.id)
    """)
    place.ok("pull", f"{target}:staging", "--root", "got", "--skip-references")
    assert place.tree("got") == {str(f.relative_to(machine.work / "d")): f.read_bytes()
                                 for f in (machine.work / "d").rglob("*") if f.is_file()}
    seen = place.json("show", "thing:best", "--lineage")
    assert (seen["version"], seen["metadata"], seen["description"]) == ("v0", {"x": 1}, "by Python")
    assert len(seen["produced_by"]) == 1
    assert [e["path"] for e in place.json("ls", "thing")] == ["one.bin", "ref", "sub/two.txt"]


def test_the_same_files_are_the_same_version(place, machine, team):
    """Each logs what the other has logged already: nobody makes a new version, the digests are the same."""
    place.write("d/a.txt", "a")
    place.write("d/b/c.txt", "c" * 10_000)
    place.ok("push", "d", "from-c", "-t", "dataset")
    python = f"""
        with wandb.init(entity={team.team!r}, project={place.project!r}) as run:
            for name in ["from-c", "from-python"]:
                artifact = wandb.Artifact(name, type="dataset")
                artifact.add_dir({str(place.work / "d")!r})
                run.log_artifact(artifact).wait()
                result[name] = [artifact.version, artifact.digest]
    """
    seen = machine.run(python).result
    assert seen["from-c"] == ["v0", place.json("show", "from-c")["digest"]]
    assert place.ok("push", "d", "from-python", "-t", "dataset").out.endswith("from-python:v0\n")
    assert seen["from-python"][1] == place.json("show", "from-python")["digest"]
    assert seen["from-python"][1] == seen["from-c"][1]


def test_versions_count_on_for_both(place, machine, team):
    for number in range(4):
        place.write("f", f"content {number}")
        if number % 2 == 0:
            assert place.ok("push", "f", "thing", "-t", "model").out.endswith(f":v{number}\n")
        else:
            seen = machine.run(f"""
                with wandb.init(entity={team.team!r}, project={place.project!r}) as run:
                    artifact = wandb.Artifact("thing", type="model")
                    artifact.add_file({str(place.work / "f")!r})
                    run.log_artifact(artifact).wait()
                    result["version"] = artifact.version
            """).result
            assert seen["version"] == f"v{number}"
    for number in range(4):
        place.ok("pull", f"thing:v{number}", "--root", f"v{number}")
        assert place.tree(f"v{number}") == {"f": f"content {number}".encode()}


def test_wandb_login_and_vitrine_login_share_netrc(place, machine, team, server):
    place.ok("login", stdin=team.user.key + "\n", VITRINE_API_KEY=None)
    netrc = place.home / ".netrc"
    assert oct(netrc.stat().st_mode & 0o777) == "0o600"
    machine.netrc.write_bytes(netrc.read_bytes())
    machine.netrc.chmod(0o600)
    seen = machine.run("result['user'] = wandb.Api().viewer.username", WANDB_API_KEY=None).result
    assert seen["user"] == team.user.name
    assert place.json("whoami", VITRINE_API_KEY=None)["key_source"] == "netrc"


def test_use_is_seen_by_wandb(place, machine, team):
    place.write("f", "f")
    place.ok("push", "f", "thing", "-t", "model")
    place.ok("use", "thing", "--run", "consumer", "--job-type", "deploy", "--no-files")
    seen = machine.run(f"""
        artifact = wandb.Api().artifact("{team.team}/{place.project}/thing:v0")
        run, = artifact.used_by()
        result.update(id=run.id, state=run.state, job_type=run.job_type)
    """).result
    assert seen == {"id": "consumer", "state": "finished", "job_type": "deploy"}


@pytest.fixture
def old_machine(server, team, tmp_path):
    """The oldest client that registries are read with."""
    done = subprocess.run([machines.HERE / "make-venvs", "0.19.11"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return machines.Machine("0.19.11", tmp_path / "old-machine", server, team.user)


def test_the_oldest_client_reads_what_vitrine_writes(place, old_machine, team):
    """Seeds 000 and 001 from the shell, read by 0.19.11 as a run uses it and by its Api."""
    for name, content in {"model.bin": os.urandom(200_000), "conf/a.json": b"{}", "empty": b""}.items():
        place.write(f"out/{name}", content)
    target = f"{team.org_entity}/wandb-registry-model/For The Oldest"
    place.ok("push", "out", "thing", "-t", "model")
    place.ok("link", "thing", target, "--alias", "production")
    mine = place.json("show", "thing")
    seen = look(old_machine, f"{target}:production")
    assert seen["files"] == place.tree("out") and seen["version"] == "v0"
    assert (seen["digest"], seen["size"]) == (mine["digest"], mine["size"])
    used = old_machine.run(f"""
        with wandb.init(entity={team.team!r}, project={place.project!r}) as run:
            artifact = run.use_artifact({target + ":production"!r})
            result.update(folder=artifact.download(), run=run.id)
    """).result
    assert (old_machine.work / used["folder"] / "model.bin").read_bytes() == place.tree("out")["model.bin"]
    assert place.json("show", "thing", "--lineage")["consumed_by"] == [used["run"]]


REGISTRY = """
found = wandb.Api().registry({name!r}, {organization!r})
result.update(name=found.name, full_name=found.full_name, entity=found.entity, organization=found.organization,
              path=list(found.path), description=found.description, visibility=found.visibility,
              all_types=found.allow_all_artifact_types, types=sorted(found.artifact_types),
              created_at=found.created_at, collections=sorted(c.name for c in found.collections()),
              versions=sorted(v.name for v in found.versions()))
"""


def test_registries_of_one_are_those_of_the_other(place, machine, team):
    """Seed 004: every property and method, made by one and read by the other, both ways."""
    name = "From The Shell"
    place.ok("registry", "create", name, "--organization", team.org, "--visibility", "restricted", "--type", "model",
             "--description", "made in C")
    place.write("f", "content")
    place.ok("push", "f", "thing", "-t", "model", "--link", f"{team.org_entity}/wandb-registry-{name}/Things")
    read = REGISTRY.format(name=name, organization=team.org)
    seen = machine.run(read).result
    mine = place.json("registry", "show", name)
    assert (seen["name"], seen["full_name"]) == (name, f"wandb-registry-{name}")
    assert (seen["entity"], seen["organization"]) == (team.org_entity, team.org)
    assert mine["organization"] == team.org and mine["path"] == f"{team.org_entity}/wandb-registry-{name}"
    assert (seen["description"], seen["visibility"]) == ("made in C", "restricted") == (mine["description"], mine["visibility"])
    assert not seen["all_types"] and seen["types"] == ["model"] == mine["types"]
    assert (seen["collections"], seen["versions"]) == (["Things"], ["Things:v0"])
    changed = machine.run(read + """
found.description = "changed in Python"
found.artifact_types.append("dataset")
found.save()
found.load()
made = wandb.Api().create_registry("From Python", visibility="organization", organization=found.organization,
                                   description="made in Python", artifact_types=["model"])
result.update(types=sorted(found.artifact_types), made=made.name, made_path=list(made.path))
""").result
    mine = place.json("registry", "show", name)
    assert sorted(mine["types"]) == changed["types"] == ["dataset", "model"]
    assert mine["description"] == "changed in Python"
    other = place.json("registry", "show", "From Python")
    assert (other["name"], other["visibility"], other["types"], other["description"]) == \
        ("From Python", "organization", ["model"], "made in Python")
    place.ok("registry", "edit", "From Python", "--all-types", "--name", "From Both")
    seen = machine.run(REGISTRY.format(name="From Both", organization=team.org)).result
    assert seen["all_types"] and seen["name"] == "From Both"
    machine.run(f"wandb.Api().registry('From Both', {team.org!r}).delete()")
    place.fails(3, "registry", "show", "From Both")
    place.ok("registry", "delete", name, "--yes")
    gone = machine.run(f"""
        try:
            wandb.Api().registry({name!r}, {team.org!r})
            result["found"] = True
        except ValueError:
            result["found"] = False
    """).result
    assert gone["found"] is False
