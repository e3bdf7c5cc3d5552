"""Every snippet of the documents that this registry exists for, run as it stands there: placeholders filled
in, otherwise untouched. What a snippet did is looked up afterwards from another machine.

seeds/NNN-K.py is block K of document NNN; the comment at its head says how it is filled in. When the
documents lie beside the repository, their blocks are held against these files.
"""
import ast
import os
import pathlib
import re
import textwrap

import pytest

import machines

SEEDS = machines.HERE / "seeds"
DOCUMENTS = pathlib.Path(os.environ.get("VITRINE_SEEDS") or machines.ROOT.parent / "shared/seeds")
MARK = "# ---- as it stands in the document ----\n"
MODEL = b"weights of a small model\n" * 100


def verbatim(name):
    return (SEEDS / f"{name}.py").read_text().partition(MARK)[2]


def fill(name, placeholders=(), before=""):
    """The snippet, runnable: each placeholder has a value and each value a placeholder."""
    text = textwrap.dedent(verbatim(name))
    for placeholder, value in dict(placeholders).items():
        assert f"<{placeholder}>" in text, f"{name} has no <{placeholder}>"
        text = text.replace(f"<{placeholder}>", value)
    for line in text.splitlines():
        assert line.startswith("#") or not re.search(r"<[\w-]+>", line), f"{name}: {line} is not filled in"
    return before + text


# What a version looks like to somebody who comes later.
LOOK = """
api = wandb.Api()
artifact = api.artifact({path!r})
result.update(
    aliases=artifact.aliases, version=artifact.version, type=artifact.type, state=artifact.state,
    name=artifact.name, entity=artifact.entity, project=artifact.project,
    collection=artifact.collection.name, collection_entity=artifact.collection.entity,
    collection_type=artifact.collection.type, sequence=artifact.collection.is_sequence(),
    source=artifact.source_qualified_name, source_name=artifact.source_name,
    logged_by=artifact.logged_by() and artifact.logged_by().id,
    logged_to=artifact.logged_by() and "/".join(artifact.logged_by().path[:2]),
    used_by=[run.id for run in artifact.used_by()],
    folder=artifact.download())
"""


def look(machine, path):
    """What the client says of a version, and its files."""
    seen = machine.run(LOOK.format(path=path)).result
    folder = machine.work / seen["folder"]
    seen["files"] = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return seen


def run_id(outcome):
    """The id of the run that a script said it had."""
    return re.findall(r"View run .* at:? .*/runs/(\w+)", outcome.out)[-1]


def publish(machine, team, registry, collection, content=MODEL, aliases=(), org=None, type_name="model"):
    """Logs and links one version."""
    (machine.work / "published.bin").write_bytes(content)
    return machine.run(f"""
        with wandb.init(entity={team.team!r}, project="publish") as run:
            artifact = wandb.Artifact("published", type={type_name!r})
            artifact.add_file("published.bin")
            linked = run.link_artifact(artifact, "{org or team.org_entity}/wandb-registry-{registry}/{collection}",
                                       aliases={list(aliases)!r})
            result["run"] = run.id
    """)


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the documents do not lie beside the repository")
def test_every_block_of_the_documents_is_here_as_it_stands():
    blocks = {}
    for number in ["000", "001"]:
        text = next(DOCUMENTS.glob(f"{number}_*")).read_text()
        found = re.findall(r"^[ \t]*```[ \t]*(?:python|py)\b[^\n]*\n(.*?)^[ \t]*```[ \t]*$", text, re.M | re.S)
        assert text.count("```py") == len(found)
        blocks |= {f"{number}-{k}": block for k, block in enumerate(found, 1)}
    assert len(blocks) == 11
    assert sorted(file.stem for file in SEEDS.glob("*.py")) == sorted(blocks)
    for name, block in blocks.items():
        assert verbatim(name) == block, f"{name} differs"


def test_000_1_link_a_version(machine, new_machine, team):
    (machine.work / "local.bin").write_bytes(MODEL)
    done = machine.script(fill("000-1", {
        "team_entity_name": team.team, "org_entity_name": team.org_entity, "registry_name": "model",
        "collection_name": "general", "project_name": "seed-000-1", "artifact_name": "general-model",
        "collection_type": "model", "local_path_to_artifact": "local.bin"}))

    seen = look(new_machine(team.user), f"{team.org_entity}/wandb-registry-model/general:latest")
    assert set(seen["aliases"]) == {"latest"}
    assert (seen["version"], seen["type"], seen["state"]) == ("v0", "model", "COMMITTED")
    assert (seen["collection"], seen["collection_entity"], seen["sequence"]) == ("general", team.org_entity, False)
    assert (seen["entity"], seen["project"]) == (team.org_entity, "wandb-registry-model")
    assert seen["source"] == f"{team.team}/seed-000-1/general-model:v0"
    assert (seen["logged_by"], seen["logged_to"]) == (run_id(done), f"{team.team}/seed-000-1")
    assert seen["used_by"] == []
    assert seen["files"] == {"local.bin": MODEL}


def test_000_2_example_ml_task(machine, new_machine, team):
    done = machine.script(fill("000-2", {"team_entity_name": team.team, "org_entity_name": team.org_entity}))

    for path in [f"{team.org_entity}/wandb-registry-model/Example ML Task:v0",
                 f"{team.org}/wandb-registry-model/Example ML Task:latest",
                 "wandb-registry-model/Example ML Task"]:
        seen = look(new_machine(team.user), path)
        assert set(seen["aliases"]) == {"latest"}
        assert (seen["version"], seen["type"]) == ("v0", "model")
        assert (seen["collection"], seen["collection_entity"]) == ("Example ML Task", team.org_entity)
        assert seen["source"] == f"{team.team}/link_quickstart/artifact-name:v0"
        assert seen["logged_by"] == run_id(done)
        assert seen["files"] == {"my_model.txt": b"simulated model file"}


def test_000_3_and_4_log_from_a_team(machine, new_machine, team):
    done = machine.script(
        fill("000-3", {"team_entity_name": team.team, "project_name": "seed-000-3"})
        + fill("000-4", {"artifact_name": "nothing-in-it", "collection_type": "dataset"}))

    seen = look(new_machine(team.user), f"{team.team}/seed-000-3/nothing-in-it:latest")
    assert set(seen["aliases"]) == {"latest"}
    assert (seen["version"], seen["type"], seen["sequence"]) == ("v0", "dataset", True)
    assert (seen["entity"], seen["logged_by"]) == (team.team, run_id(done))
    assert seen["files"] == {}


def test_000_5_and_6_golden_datasets(server, new_machine):
    user = server.user("smle")
    org = server.org("smle-registries-bug-bash", user)
    team = server.team("smle-team", "smle-registries-bug-bash", user)
    assert org == "smle-registries-bug-bash"
    machine = new_machine(user)
    made = machine.run("""
        registry = wandb.Api().create_registry("Golden Datasets", "organization", organization="smle-registries-bug-bash",
                                               artifact_types=["dataset"])
        result.update(name=registry.full_name, entity=registry.entity)
    """)
    assert made.result == {"name": "wandb-registry-Golden Datasets", "entity": org}

    target_path = ast.literal_eval(verbatim("000-5").partition("=")[2].strip())
    parts = verbatim("000-6")
    names = {}
    exec(parts, names)
    assert target_path == f"{names['ORG_ENTITY_NAME']}/wandb-registry-{names['REGISTRY_NAME']}/{names['COLLECTION_NAME']}"

    lines = [line for line in verbatim("000-1").splitlines(keepends=True)
             if not line.startswith(("ORG_ENTITY_NAME =", "REGISTRY_NAME =", "COLLECTION_NAME ="))]
    snippet = "".join(lines).replace("import wandb\n", "import wandb\n" + parts, 1)
    for placeholder, value in {"team_entity_name": team, "project_name": "bug-bash", "artifact_name": "images",
                               "collection_type": "dataset", "local_path_to_artifact": "image.raw"}.items():
        assert f"<{placeholder}>" in snippet
        snippet = snippet.replace(f"<{placeholder}>", value)
    (machine.work / "image.raw").write_bytes(MODEL)
    machine.script(snippet)

    seen = look(new_machine(user), f"{target_path}:latest")
    assert (set(seen["aliases"]), seen["version"], seen["type"]) == ({"latest"}, "v0", "dataset")
    assert (seen["collection"], seen["collection_entity"]) == ("raw_images", org)
    assert seen["source"] == f"{team}/bug-bash/images:v0"
    assert seen["files"] == {"image.raw": MODEL}


def test_000_organization_and_team_with_one_name(server, new_machine):
    """The organization's name in paths gets a hash behind it; its display name works, too."""
    user = server.user("review-user")
    assert server.org("reviewco", user) == "reviewco"
    server.team("reviewco", "reviewco", user)
    org_entity = server.org_entity("reviewco")
    assert re.fullmatch(r"reviewco_[A-Za-z0-9]{9}", org_entity)

    machine = new_machine(user)
    machine.script(fill("000-2", {"team_entity_name": "reviewco", "org_entity_name": org_entity}))
    (machine.work / "second.bin").write_bytes(MODEL)
    machine.script(fill("000-1", {
        "team_entity_name": "reviewco", "org_entity_name": "reviewco", "registry_name": "model",
        "collection_name": "Example ML Task", "project_name": "by-display-name", "artifact_name": "second",
        "collection_type": "model", "local_path_to_artifact": "second.bin"}))

    for org in [org_entity, "reviewco"]:
        first = look(new_machine(user), f"{org}/wandb-registry-model/Example ML Task:v0")
        assert (first["aliases"], first["entity"], first["collection_entity"]) == ([], org_entity, org_entity)
        assert first["source"] == "reviewco/link_quickstart/artifact-name:v0"
        assert first["files"] == {"my_model.txt": b"simulated model file"}
        second = look(new_machine(user), f"{org}/wandb-registry-model/Example ML Task:latest")
        assert (second["aliases"], second["version"], second["entity"]) == (["latest"], "v1", org_entity)
        assert second["source"] == "reviewco/by-display-name/second:v0"
        assert second["files"] == {"second.bin": MODEL}


@pytest.fixture(scope="module")
def published(client, server, forks, team, tmp_path_factory):
    """A collection with two versions; the first one is "staging"."""
    machine = machines.Machine(client, tmp_path_factory.mktemp("publisher"), server, team.user, forks)
    publish(machine, team, "model", "published models", MODEL, ["staging"])
    publish(machine, team, "model", "published models", MODEL + b"!")
    return {"registry_name": "model", "collection_name": "published models"}


def test_001_1_names_by_index_and_by_alias(machine, team, published):
    by_index, by_alias = [line for line in verbatim("001-1").splitlines() if line.startswith('f"')]
    done = machine.run(f"""
        REGISTRY, COLLECTION, INDEX, ALIAS = "model", "published models", 0, "staging"
        for key, name in dict(index={by_index}, alias={by_alias}).items():
            artifact = wandb.Api().artifact(name)
            result[key] = [artifact.version, sorted(artifact.aliases), artifact.id]
        INDEX, ALIAS = 1, "latest"
        for key, name in dict(index1={by_index}, latest={by_alias}).items():
            artifact = wandb.Api().artifact(name)
            result[key] = [artifact.version, sorted(artifact.aliases), artifact.id]
    """).result
    assert done["index"] == done["alias"] and done["index"][:2] == ["v0", ["staging"]]
    assert done["index1"] == done["latest"] and done["latest"][:2] == ["v1", ["latest"]]
    assert done["index"] != done["latest"]


def test_001_2_use_and_download(machine, new_machine, team, published):
    done = machine.script(fill("001-2", published | {
        "artifact_alias": "staging", "team_name": team.team, "project_name": "seed-001-2"}))
    files = list((machine.work / "artifacts").rglob("*.bin"))
    assert [file.read_bytes() for file in files] == [MODEL]

    seen = look(new_machine(team.user), "wandb-registry-model/published models:staging")
    assert seen["used_by"] == [run_id(done)]
    assert seen["logged_by"] and seen["logged_by"] != run_id(done)
    run = machine.run(f"""
        run = wandb.Api().run("{team.team}/seed-001-2/{run_id(done)}")
        result["used"] = [[artifact.qualified_name, artifact.source_qualified_name] for artifact in run.used_artifacts()]
        result["logged"] = [artifact.name for artifact in run.logged_artifacts()]
    """)
    assert [names[1] for names in run["used"]] == [f"{team.team}/publish/published:v0"]
    assert run["logged"] == []


@pytest.mark.parametrize("form", ["v0", "staging", "latest"])
def test_001_3_fetch_without_a_run(machine, team, published, form):
    snippet = fill("001-3", published | {"version": form})
    after = "\nfolder = artifact.download()\nprint('used by', [run.project for run in artifact.used_by()], 'got', artifact.version)"
    done = machine.script(snippet + after)
    assert f"got {'v1' if form == 'latest' else 'v0'}" in done.out
    if form == "latest":
        assert "used by []" in done.out  # nothing was marked as used
    files = list((machine.work / "artifacts").rglob("*.bin"))
    assert [file.read_bytes() for file in files] == [MODEL + b"!" if form == "latest" else MODEL]


def test_001_4_fine_tuned_models(server, new_machine):
    user = server.user("phi-user")
    server.org("Product Org", user)
    team = server.team("product-team-applications", "Product Org", user)
    machine = new_machine(user)
    machine.run("""
        wandb.Api().create_registry("Fine-tuned Models", "organization", organization="Product Org")
    """)
    machines_team = type("T", (), {"team": team, "org_entity": server.org_entity("Product Org")})
    published = publish(machine, machines_team, "Fine-tuned Models", "phi3-finetuned", MODEL, ["production"])
    publish(machine, machines_team, "Fine-tuned Models", "phi3-finetuned", MODEL + b"later")

    consumer = new_machine(user)
    done = consumer.script(fill("001-4", before='name = "wandb-registry-Fine-tuned Models/phi3-finetuned:production"\n'))
    files = list((consumer.work / "artifacts").rglob("*.bin"))
    assert [file.read_bytes() for file in files] == [MODEL]

    seen = look(new_machine(user), "wandb-registry-Fine-tuned Models/phi3-finetuned:production")
    assert (set(seen["aliases"]), seen["version"]) == ({"production"}, "v0")
    assert (seen["used_by"], seen["logged_by"]) == ([run_id(done)], published["run"])


def test_001_5_member_of_several_organizations(server, new_machine, team, published):
    user = team.member("wanderer")
    server.operate("org", "member", "set", "Second Org" if server.org("Second Org", user) else "", user.name, "admin")
    machine = new_machine(user)
    snippet = fill("001-5", published | {"version": "staging", "team-entity": team.team})
    for org in [team.org, team.org_entity]:
        done = machine.script(f"ORG_ENTITY = {org!r}\n" + snippet.replace(
            "# Use org display", "print('by team', artifact.qualified_name, artifact.version)\n# Use org display")
            + "\nprint('by name', artifact.qualified_name, artifact.version)\n")
        assert f"by team {team.org_entity}/wandb-registry-model/published models:staging v0" in done.out
        assert f"by name {team.org_entity}/wandb-registry-model/published models:staging v0" in done.out
