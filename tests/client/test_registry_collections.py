"""Collections of a registry as the client lists, edits and deletes them; times to live beside links; the model helpers."""

HELP = """
import datetime
def log(entity, name, content="content", type="model"):
    with wandb.init(entity=entity, project="collections") as run:
        artifact = wandb.Artifact(name, type=type)
        with artifact.new_file("file.txt") as file:
            file.write(content)
        run.log_artifact(artifact).wait()
        return artifact
"""


def test_a_collection_of_a_registry(machine, new_machine, team):
    here = f"{team.org_entity}/wandb-registry-Shelf"
    machine.run(HELP + f"""
wandb.Api().create_registry("Shelf", "organization", organization={team.org!r})
for number in range(3):
    log({team.team!r}, "source", str(number)).link("{here}/Example ML Task", aliases=[f"a{{number}}"])
log({team.team!r}, "other", type="dataset").link("{here}/data")
""")
    seen = new_machine(team.user).run(HELP + f"""
api = wandb.Api()
c = api.artifact_collection("model", "{here}/Example ML Task")
result["fields"] = [c.name, c.type, c.is_sequence(), sorted(c.tags), sorted(c.aliases), c.entity, c.project]
result["times"] = bool(c.created_at)
c.description = "# A card\\n\\nwith *markdown*"
c.tags = ["prod-ready", "two words"]
c.save()
again = wandb.Api().artifact_collection("model", "{here}/Example ML Task")
result["edited"] = [again.description, sorted(again.tags)]
again.tags = ["prod-ready"]
again.name = "Renamed Task"
again.save()
result["old"] = attempt(wandb.Api().artifact, "{here}/Example ML Task:v0")
found = wandb.Api().artifact_collection("model", "{here}/Renamed Task")
result["renamed"] = [found.name, found.description, sorted(found.tags)]
result["bad tag"] = [bool(attempt(setattr, found, "tags", ["a/b"]) or attempt(found.save)),
                     sorted(wandb.Api().artifact_collection("model", "{here}/Renamed Task").tags)]
result["versions"] = sorted(a.version for a in api.artifacts("model", "{here}/Renamed Task"))
result["listed"] = sorted(c.name for c in api.artifact_collections("{here}", "model"))
result["exists"] = [api.artifact_collection_exists("{here}/Renamed Task", "model"),
                    api.artifact_collection_exists("{here}/Example ML Task", "model")]
result["types"] = sorted(t.name for t in api.artifact_types("{here}"))
result["by type"] = api.artifact_type("dataset", "{here}").collection("data").name
wandb.Api().artifact_collection("model", "{here}/Renamed Task").delete()
result["deleted"] = attempt(wandb.Api().artifact, "{here}/Renamed Task:v0")
result["sources"] = sorted(a.version for a in api.artifacts("model", "{team.team}/collections/source"))
result["left"] = [c.name for c in api.registry("Shelf", {team.org!r}).collections()]
""").result
    assert seen["fields"] == ["Example ML Task", "model", False, [], ["a0", "a1", "a2", "latest"], team.org_entity,
                              "wandb-registry-Shelf"], seen
    assert seen["times"] and seen["edited"] == ["# A card\n\nwith *markdown*", ["prod-ready", "two words"]]
    assert seen["old"] and seen["renamed"] == ["Renamed Task", "# A card\n\nwith *markdown*", ["prod-ready"]]
    assert seen["bad tag"] == [True, ["prod-ready"]]
    assert seen["versions"] == ["v0", "v1", "v2"] and seen["listed"] == ["Renamed Task"]
    assert seen["exists"] == [True, False] and seen["types"] == ["dataset", "model"] and seen["by type"] == "data"
    assert seen["deleted"] and seen["sources"] == ["v0", "v1", "v2"] and seen["left"] == ["data"]


def test_links_end_a_time_to_live(machine, team):
    here = f"{team.org_entity}/wandb-registry-model/mortal"
    seen = machine.run(HELP + f"""
log({team.team!r}, "mortal")
source = wandb.Api().artifact("{team.team}/collections/mortal:v0")
source.ttl = datetime.timedelta(days=2)
source.save()
def ttl():
    found = wandb.Api().artifact("{team.team}/collections/mortal:v0").ttl
    return found and found.total_seconds()
result["before"] = ttl()
wandb.Api().artifact("{team.team}/collections/mortal:v0").link({here!r})
result["linked"] = ttl()
link = wandb.Api().artifact("{here}:v0")
result["refused"] = attempt(setattr, link, "ttl", datetime.timedelta(days=1))
link.unlink()
result["unlinked"] = ttl()
""").result
    assert seen["before"] == 2 * 86400 and seen["linked"] is None and seen["unlinked"] is None
    assert "Cannot set TTL for link artifact" in seen["refused"]


def test_versions_and_model_helpers(machine, team):
    here = f"{team.org_entity}/wandb-registry-model/helped"
    seen = machine.run(HELP + f"""
import os
os.makedirs("weights", exist_ok=True)
open("weights/w.bin", "w").write("weights")
with wandb.init(entity={team.team!r}, project="helpers") as run:
    run.log_model("weights", "helped-model", aliases=["good"])
with wandb.init(entity={team.team!r}, project="helpers") as run:
    path = run.use_model("helped-model:good")
    result["used"] = open(os.path.join(path, "w.bin") if os.path.isdir(path) else path).read()
    used = run.id
api = wandb.Api()
source = api.artifact("{team.team}/helpers/helped-model:good")
source.link({here!r}, aliases=["shown"])
link = api.artifact("{here}:shown")
result["link"] = [link.version, link.name, link.qualified_name, link.source_name, link.source_version, link.state,
                  link.type, link.size == source.size, link.digest == source.digest, link.file_count]
result["inputs"] = [a.name for a in api.run(f"{team.team}/helpers/{{used}}").used_artifacts()]
link.download("verified")
result["verified"] = attempt(link.verify, "verified")
open("verified/w.bin", "w").write("damaged")
result["damaged"] = attempt(link.verify, "verified")
result["checked out"] = [attempt(link.checkout, "verified"), attempt(link.verify, "verified")]
result["files"] = [f.name for f in link.files(["w.bin"], per_page=1)]
result["names"] = [a.version for a in api.artifacts("model", "{here}")]
result["old name"] = [a.version for a in api.artifact_versions("model", "{here}")]
with wandb.init(entity={team.team!r}, project="helpers") as run:
    result["without a suffix"] = run.use_artifact({here!r}).version
result["used by"] = len(link.used_by())
""").result
    assert seen["used"] == "weights"
    assert seen["link"] == ["v0", "helped:shown", f"{here}:shown", "helped-model:v0", "v0", "COMMITTED", "model", True, True, 1]
    assert seen["inputs"] == ["helped-model:v0"]
    assert seen["verified"] is None and seen["damaged"] and seen["checked out"] == [None, None]
    assert seen["files"] == ["w.bin"] and seen["names"] == ["v0"] and seen["old name"] == ["v0"]
    assert seen["without a suffix"] == "v0" and seen["used by"] == 2
