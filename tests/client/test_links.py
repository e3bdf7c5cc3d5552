"""Links: every way to make one, what it shows, how versions of a collection are counted, who may download
through it, lineage, taking it back; and several clients that link at the same time."""
import machines

SETUP = """
def make(name, content, type="model"):
    artifact = wandb.Artifact(name, type=type)
    with artifact.new_file("file.txt") as file:
        file.write(content)
    return artifact

def show(path):
    artifact = wandb.Api().artifact(path)
    return dict(version=artifact.version, aliases=sorted(artifact.aliases), entity=artifact.entity, project=artifact.project,
                collection=artifact.collection.name, home=artifact.collection.entity, type=artifact.type,
                source=artifact.source_qualified_name, state=artifact.state)
"""


def registry(team, name="model"):
    return f"{team.org_entity}/wandb-registry-{name}"


def shown(team, collection, version, aliases, source):
    return {"version": version, "aliases": aliases, "entity": team.org_entity, "project": "wandb-registry-model",
            "collection": collection, "home": team.org_entity, "type": "model", "source": f"{team.team}/{source}",
            "state": "COMMITTED"}


def test_every_way_to_link(machine, new_machine, team):
    """By the run and by the artifact; not logged yet, logged, fetched; a version and a link to one."""
    here = registry(team)
    made = machine.run(SETUP + f"""
with wandb.init(entity={team.team!r}, project="ways") as run:
    links = [run.link_artifact(make("run-draft", "1"), "{here}/run draft", aliases=["a", "b"])]
    logged = run.log_artifact(make("logged", "2"))
    links.append(run.link_artifact(logged, "{here}/run logged", aliases=["a"]))
    logged.wait()
    links.append(logged.link("{here}/artifact logged", aliases=["a"]))
    fetched = wandb.Api().artifact("{team.team}/ways/logged:v0")
    links.append(run.link_artifact(fetched, "wandb-registry-model/run fetched"))
    links.append(fetched.link("{team.org}/wandb-registry-model/artifact fetched"))
    links.append(wandb.Api().artifact("{here}/run logged:a").link("{here}/link of a link", aliases=["c"]))
result["links"] = [link and [link.qualified_name.split(":")[0], link.version, sorted(link.aliases), link.collection.entity]
                   for link in links]
""")
    in_order = machine.release[:2] != (0, 22)  # which cannot link what is not logged yet
    draft = machine.run(SETUP + f"""
import os
os.environ.update(WANDB_ENTITY={team.team!r}, WANDB_PROJECT="ways")
artifact = make("artifact-draft", "3")
if not {in_order}:
    result["refused"] = attempt(artifact.link, "{here}/artifact draft")
    with wandb.init() as run:
        run.log_artifact(artifact).wait()
artifact.link("{here}/artifact draft", aliases=["a"])
""")
    assert in_order or "Client not initialized" in draft["refused"]
    wanted = {
        "run draft": ["a", "b", "latest"], "run logged": ["a", "latest"], "artifact logged": ["a", "latest"],
        "run fetched": ["latest"], "artifact fetched": ["latest"], "link of a link": ["c", "latest"],
        "artifact draft": ["a", "latest"]}
    sources = dict.fromkeys(wanted, "ways/logged:v0") | {
        "run draft": "ways/run-draft:v0", "artifact draft": "ways/artifact-draft:v0"}
    if machine.release >= (0, 22):  # before, a link hands back nothing
        assert made["links"] == [[f"{here}/{name}", "v0", aliases, team.org_entity]
                                 for name, aliases in wanted.items() if name != "artifact draft"]
    seen = new_machine(team.user).run(SETUP + f"""
for collection in {list(wanted)!r}:
    result[collection] = show(f"{here}/{{collection}}")
""").result
    for name, aliases in wanted.items():
        assert seen[name] == shown(team, name, "v0", aliases, sources[name])


def test_versions_are_counted_in_the_collection(machine, new_machine, team):
    """Each collection counts for itself, `latest` is the newest link, a number is never used again."""
    path = f"{registry(team)}/counted"
    out = machine.run(SETUP + f"""
import os
os.environ.update(WANDB_ENTITY={team.team!r}, WANDB_PROJECT="counted")
with wandb.init() as run:
    for content in "zabc":
        run.log_artifact(make("source", content)).wait()
for version, alias in [(3, "best"), (1, "best"), (2, "other")]:
    wandb.Api().artifact(f"{team.team}/counted/source:v{{version}}").link("{path}", aliases=[alias])
result["first"] = [show(f"{path}:v{{index}}") for index in range(3)]
wandb.Api().artifact("{team.team}/counted/source:v3").link("{path}", aliases=["other"])
result["again"] = [show(f"{path}:v{{index}}") for index in range(3)]
result["more"] = attempt(wandb.Api().artifact, "{path}:v3")
""")
    first = [shown(team, "counted", "v0", [], "counted/source:v3"), shown(team, "counted", "v1", ["best"], "counted/source:v1"),
             shown(team, "counted", "v2", ["latest", "other"], "counted/source:v2")]
    assert out["first"] == first
    # Linking what is there already makes no version; the aliases come to it.
    assert [(link["version"], link["source"]) for link in out["again"]] == [(link["version"], link["source"]) for link in first]
    assert "other" in out["again"][0]["aliases"] and "other" not in out["again"][2]["aliases"]
    assert out["more"]

    after = new_machine(team.user).run(SETUP + f"""
wandb.Api().artifact("{path}:v2").unlink()
result["unlinked"] = attempt(wandb.Api().artifact, "{path}:v2")
result["source"] = show("{team.team}/counted/source:v2")["state"]
wandb.Api().artifact("{team.team}/counted/source:v0").link("{path}")
result["new"] = show("{path}:latest")
""")
    assert after["unlinked"] and after["source"] == "COMMITTED"
    assert after["new"] == shown(team, "counted", "v3", ["latest"], "counted/source:v0")


def test_download_through_a_registry(machine, new_machine, team, server):
    """Who may read the registry and not the team's project gets the bytes through the link: by index and by
    alias, with a run and without; the run is noted as a user of the version."""
    path = f"{registry(team)}/shared"
    published = machine.run(SETUP + f"""
with wandb.init(entity={team.team!r}, project="private") as run:
    run.link_artifact(make("secret", "other"), "{path}")
    run.link_artifact(make("secret", "content"), "{path}", aliases=["production"])
    run.link_artifact(make("secret", "newer"), "{path}")
    result["run"] = run.id
""")
    reader = team.member("reader", team_role=None)
    team.give_role(reader, "model", "viewer")
    seen = new_machine(reader).run(SETUP + f"""
import pathlib
api = wandb.Api()
result["project"] = attempt(api.artifact, "{team.team}/private/secret:v1")
for name in ["wandb-registry-model/shared:v1", "{team.org}/wandb-registry-model/shared:production"]:
    artifact = api.artifact(name)
    folder = pathlib.Path(artifact.download(root=name.replace("/", "-").replace(":", "-")))
    result[name] = [artifact.version, {{file.name: file.read_text() for file in folder.iterdir()}}]
result["entry"] = pathlib.Path(api.artifact("{path}:v0").get_entry("file.txt").download(root="entry")).read_text()
result["file"] = pathlib.Path(api.artifact("{path}:v2").file(root="one")).read_text()
result["files"] = [[file.name, file.size] for file in api.artifact("{path}:v1").files()]
with wandb.init(entity={reader.name!r}, project="own") as run:
    for name in ["wandb-registry-model/shared:v1", "{path}:production"]:
        artifact = run.use_artifact(name)
        folder = pathlib.Path(artifact.download(root="used"))
        result["used " + name] = {{file.name: file.read_text() for file in folder.iterdir()}}
    result["run"] = run.id
""")
    assert seen["project"], "the team's project is open"
    content = {"file.txt": "content"}
    assert seen["wandb-registry-model/shared:v1"] == ["v1", content]
    assert seen[f"{team.org}/wandb-registry-model/shared:production"] == ["v1", content]
    assert (seen["entry"], seen["file"], seen["files"]) == ("other", "newer", [["file.txt", 7]])
    assert seen["used wandb-registry-model/shared:v1"] == seen[f"used {path}:production"] == content

    own = new_machine(reader).run(f"""
result["users"] = [run.id for run in wandb.Api().artifact("{path}:v1").used_by()]
result["users of another"] = [run.id for run in wandb.Api().artifact("{path}:v0").used_by()]
""")
    assert own["users"] == [seen["run"]] and own["users of another"] == []

    publisher = new_machine(team.user).run(f"""
artifact = wandb.Api().artifact("{path}:production")
result["logged_by"] = artifact.logged_by().id
result["logged"] = sorted(a.name for a in artifact.logged_by().logged_artifacts())
""")
    assert publisher["logged_by"] == published["run"]
    assert publisher["logged"] == ["secret:v0", "secret:v1", "secret:v2"]


def test_taking_links_back(machine, new_machine, team):
    """unlink() and, on a link, delete() take the link away and nothing else."""
    machine.run(SETUP + f"""
with wandb.init(entity={team.team!r}, project="taken") as run:
    source = run.log_artifact(make("back", "content"))
    source.wait()
    for name in ["taken one", "taken two"]:
        source.link("{registry(team)}/" + name, aliases=["alias"])
""")
    said = new_machine(team.user).run(SETUP + f"""
api = wandb.Api()
result["links"] = sorted(link.qualified_name for link in api.artifact("{team.team}/taken/back:v0").linked_artifacts)
api.artifact("{registry(team)}/taken one:v0").unlink()
api.artifact("{registry(team)}/taken two:v0").delete()
result["source"] = attempt(api.artifact("{team.team}/taken/back:v0").unlink)
""")
    assert said["links"] == [f"{registry(team)}/taken {word}:v0" for word in ["one", "two"]]
    assert "is not a linked artifact and cannot be unlinked" in said["source"]
    after = new_machine(team.user).run(SETUP + f"""
for name in ["one", "two"]:
    result[name] = attempt(wandb.Api().artifact, f"{registry(team)}/taken {{name}}:alias")
source = wandb.Api().artifact("{team.team}/taken/back:v0")
result["source"] = [source.state, open(source.file()).read(), len(source.linked_artifacts)]
""")
    assert after["one"] and after["two"]
    assert after["source"] == ["COMMITTED", "content", 0]


def test_link_model(machine, new_machine, team):
    """The old way: a collection in the team's own project model-registry, made on demand."""
    machine.run(f"""
import os
os.mkdir("weights")
open("weights/w.bin", "w").write("weights")
with wandb.init(entity={team.team!r}, project="old-way") as run:
    run.link_model("weights", "old model", name="old-way-model", aliases=["good"])
""")
    seen = new_machine(team.user).run(SETUP + f"""
artifact = wandb.Api().artifact("{team.team}/model-registry/old model:good")
result.update(show("{team.team}/model-registry/old model:good"), files=[file.name for file in artifact.files()])
""").result
    assert (seen["version"], seen["aliases"], seen["type"]) == ("v0", ["good", "latest"], "model")
    assert (seen["source"], seen["files"]) == (f"{team.team}/old-way/old-way-model:v0", ["w.bin"])


def test_writers_at_the_same_time(new_machine, team):
    """Three machines link to one new collection at once: nobody fails, every link is there and has a number
    of its own, and one of them is the latest."""
    begun = []
    for number in range(3):
        machine = new_machine(team.user)
        begun.append((machine, machine.begin(SETUP + f"""
with wandb.init(entity={team.team!r}, project="together") as run:
    for step in range(3):
        artifact = run.log_artifact(make("writer-{number}", f"{number} {{step}}"))
        artifact.wait()
        artifact.link("{registry(team)}/together", aliases=["writer-{number}", f"{number}-{{step}}"])
""")))
    for machine, process in begun:
        machine.collect(process)
    seen = new_machine(team.user).run(SETUP + f"""
api = wandb.Api()
result["all"] = [show(f"{registry(team)}/together:v{{index}}") for index in range(9)]
result["tenth"] = attempt(api.artifact, "{registry(team)}/together:v9")
""")
    links = seen["all"]
    assert sorted(link["source"] for link in links) == sorted(
        f"{team.team}/together/writer-{number}:v{step}" for number in range(3) for step in range(3))
    aliases = [alias for link in links for alias in link["aliases"]]
    assert sorted(aliases) == sorted(["latest", *[f"writer-{n}" for n in range(3)],
                                      *[f"{n}-{step}" for n in range(3) for step in range(3)]])
    assert "latest" in links[8]["aliases"]
    for link in links:
        number, version = link["source"][-4], link["source"][-1]
        assert f"{number}-{version}" in link["aliases"]
        assert (f"writer-{number}" in link["aliases"]) == (version == "2")
    assert seen["tenth"]
