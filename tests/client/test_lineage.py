"""Lineage: what the client says of a version and a run (logged_by, used_by, logged_artifacts, used_artifacts)
and what the graph of the Registry App says are the same, also where a version was used through a registry."""
GRAPH = """query($id: ID!, $depth: Int) { lineage(id: $id, depth: $depth) {
  rootId truncated edges { from to }
  nodes { id kind level name entityName projectName collectionName versionIndex runName typeName aliases state createdBy
          moreUpstream moreDownstream hasHidden links { projectName collectionName versionIndex } } } }"""


def graph_of(server, team, node_id, depth):
    status, body = server.graphql(team.user, GRAPH, id=node_id, depth=depth)
    assert status == 200, body
    return body["data"]["lineage"]


def neighbors(graph, node_id):
    """-> (names upstream, names downstream) of a node."""
    names = {n["id"]: n["runName"] or n["name"] for n in graph["nodes"]}
    return (sorted(names[e["from"]] for e in graph["edges"] if e["to"] == node_id),
            sorted(names[e["to"]] for e in graph["edges"] if e["from"] == node_id))


def test_graph_and_client_agree(machine, server, team):
    registry = f"{team.org_entity}/wandb-registry-model"
    made = machine.run(f"""
def log(run, name, type):
    artifact = wandb.Artifact(name, type=type)
    with artifact.new_file("f.txt") as file:
        file.write(name)
    return run.log_artifact(artifact).wait()

with wandb.init(entity={team.team!r}, project="flow", id="collect", job_type="etl") as run:
    log(run, "data", "dataset")
with wandb.init(entity={team.team!r}, project="flow", id="train") as run:
    run.use_artifact("data:latest")
    model = log(run, "net", "model")
    log(run, "notes", "report")
    run.link_artifact(model, {registry + "/Net"!r}, aliases=["production"])
with wandb.init(entity={team.team!r}, project="other", id="serve") as run:
    run.use_artifact({registry + "/Net:production"!r})

api = wandb.Api()
result["ids"] = {{}}
for path in ("flow/data:v0", "flow/net:v0", "flow/notes:v0"):
    artifact = api.artifact({team.team!r} + "/" + path)
    made_by = artifact.logged_by()
    result[path] = [[made_by.id], sorted(run.id for run in artifact.used_by())]
    result["ids"][path] = artifact.id
linked = api.artifact({registry + "/Net:v0"!r})
result["linked"] = [[linked.logged_by().id], sorted(run.id for run in linked.used_by())]
result["ids"]["linked"] = linked.id
for path in ("flow/collect", "flow/train", "other/serve"):
    run = api.run({team.team!r} + "/" + path)
    names = lambda artifacts: sorted(a.source_name if hasattr(a, "source_name") else a.name for a in artifacts)
    result[path] = [names(run.used_artifacts()), names(run.logged_artifacts())]
""").result
    graph = graph_of(server, team, made["ids"]["flow/net:v0"], 10)
    nodes = {(n["runName"] or n["name"]): n for n in graph["nodes"]}
    # The report is a sibling, neither made from the model nor what it was made from.
    assert {name: n["level"] for name, n in nodes.items()} == {"net:v0": 0, "train": -1, "data:v0": -2, "collect": -3, "serve": 1}
    assert not graph["truncated"] and graph["rootId"] == nodes["net:v0"]["id"] == made["ids"]["linked"]
    assert nodes["train"]["moreDownstream"] and not nodes["train"]["moreUpstream"]
    assert not any(n["hasHidden"] for n in graph["nodes"])
    assert nodes["collect"]["typeName"] == "etl" and nodes["data:v0"]["typeName"] == "dataset"
    assert nodes["serve"]["projectName"] == "other" and nodes["serve"]["state"] == "finished"
    assert nodes["net:v0"]["links"] == [{"projectName": "wandb-registry-model", "collectionName": "Net", "versionIndex": 0}]
    assert nodes["net:v0"]["aliases"] == ["latest"] and nodes["net:v0"]["createdBy"] == team.user.name
    for path in ("flow/data:v0", "flow/net:v0"):
        assert list(neighbors(graph, made["ids"][path])) == made[path], path
    assert made["linked"] == made["flow/net:v0"]
    for path, run in (("flow/collect", "collect"), ("flow/train", "train"), ("other/serve", "serve")):
        whole = graph_of(server, team, nodes[run]["id"], 1)
        assert list(neighbors(whole, nodes[run]["id"])) == made[path], path
