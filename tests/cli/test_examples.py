"""The programs and the job in examples/, run as their readers would run them."""
import os
import re
import subprocess

import pytest

import command
import machines


@pytest.fixture
def example(place):
    def run(name, *words, status=0, **environment):
        done = subprocess.run([str(machines.BUILD / "examples" / f"example_{name}"), *map(str, words)], cwd=place.work,
                              env=place.environment(**environment), capture_output=True, text=True, timeout=60)
        assert done.returncode == status, (done.stdout, done.stderr)
        return done
    return run


def test_publish_and_consume(place, team, example):
    weights = place.write("my_model.txt", "simulated model file").read_bytes()
    target = f"{team.org_entity}/wandb-registry-model/Example ML Task"
    said = example("publish", team.team, place.project, "my_model.txt", "artifact-name", target).stdout
    assert said == f"{target}:v0 is {team.team}/{place.project}/artifact-name:v0\n"
    done = example("consume", team.team, place.project, f"{target}:latest", "here")
    assert done.stdout == f"{target}:v0 is in here\n" and "my_model.txt" in done.stderr
    assert place.tree("here") == {"my_model.txt": weights}
    lineage = place.json("show", "artifact-name", "--lineage")
    assert len(lineage["produced_by"]) == len(lineage["consumed_by"]) == 1
    assert "usage" in example("publish", status=2).stderr
    assert "nothing" in example("consume", team.team, place.project, "nothing-there", "here", status=1).stderr


def test_seed_flow_is_read_by_wandb(place, team, example, machine):
    place.write("my_model.txt", "simulated model file")
    target = f"{team.org_entity}/wandb-registry-model/Seed In C"
    example("publish", team.team, place.project, "my_model.txt", "artifact-name", target)
    seen = machine.run(f"""
        with wandb.init(entity={team.team!r}, project={place.project!r}) as run:
            artifact = run.use_artifact({target + ":v0"!r})
            result.update(version=artifact.version, folder=artifact.download())
    """).result
    assert seen["version"] == "v0"
    assert (machine.work / seen["folder"] / "my_model.txt").read_text() == "simulated model file"


def test_registries(place, team, example):
    said = example("registries", f"example-{os.getpid()}").stdout
    assert "refused: " in said
    assert re.search(r"wandb-registry-example-\d+: changed by an example; takes dataset model$", said, re.M), said
    place.fails(3, "registry", "show", f"example-{os.getpid()}")


def test_map_model_follows_the_alias(place, team, example):
    for content in [b"first weights", b"second weights, longer"]:
        place.write("d/weights.bin", content)
        place.ok("push", "d", "mapped", "-t", "model", "--alias", "production")
        said = example("map_model", "mapped:production", "weights.bin", "models").stdout
        assert f": {len(content)} bytes at their place" in said
        again = example("map_model", "mapped:production", "weights.bin", "models").stdout
        assert again == said
    assert "mapped:v1:" in said
    place.write("d/weights.bin", b"x")
    place.ok("push", "d", "data", "-t", "dataset")
    example("map_model", "data:latest", "weights.bin", "models", status=1)


def promote(place, target, check, status=0):
    done = subprocess.run([str(command.ROOT / "examples/promote.sh"), target, *check], cwd=place.work,
                          env=place.environment(VITRINE=command.VITRINE), capture_output=True, text=True, timeout=60)
    assert done.returncode == status, (done.stdout, done.stderr)
    return done


def test_promote_from_staging_to_production(place, team):
    target = f"{team.org_entity}/wandb-registry-model/Promoted By CI"
    for number, content in enumerate([b"good", b"bad", b"good again"]):
        place.write("d/weights.bin", content)
        place.ok("push", "d", "ci", "-t", "model", "--link", target, "--alias", "staging")
    check = ["grep", "-rq", "good"]
    place.ok("alias", "add", f"{target}:v0", "staging")
    assert promote(place, target, check).stdout == f"{target}:v0 is production\n"
    assert promote(place, target, check).stdout == f"{target}:v0 is production already\n"
    place.ok("alias", "add", f"{target}:v1", "staging")
    assert "rejected" in promote(place, target, check, status=1).stderr
    assert place.json("show", f"{target}:production")["version"] == "v0"
    assert place.ok("tag", f"{target}:v1").lines == ["rejected"]
    place.ok("alias", "add", f"{target}:v2", "staging")
    assert promote(place, target, check).stdout == f"{target}:v2 is production\n"
    moves = [(e["action"], e["version"]) for e in place.json("alias", "history", target, "production")]
    assert moves == [("given", "v2"), ("taken", "v0"), ("given", "v0")]
