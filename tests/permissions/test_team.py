"""The cells of matrix.txt about projects of teams, done for real."""
import hashlib
import itertools

from test_matrix import UPSERT_RUN, Stage
from vitrined import succeed, test
from world import FILE, outcome, read_table

numbers = itertools.count(1)
ACTIONS = {}


def action(function):
    ACTIONS[function.__name__.replace("_", "-")] = function
    return function


class Project:
    """A project of the team `desk` with one version in it."""

    def __init__(self, world):
        self.name = f"p{next(numbers)}"
        self.artifact = world.root.log("desk", self.name, "m", {"w.bin": FILE}, f"desk-{self.name}")["id"]
        world.root.graphql(UPSERT_RUN, input={"entityName": "desk", "modelName": self.name, "name": "run1"})
        found = world.root.graphql('query($p:String!){project(entityName:"desk",name:$p){id artifactCollection(name:"m"){id}}}',
                                   p=self.name)["project"]
        self.id, self.sequence = found["id"], found["artifactCollection"]["id"]


def people(world):
    if "tviewer" in world.keys:
        return
    succeed("team", "add", "desk", "--org", "Acme", "--admin", "boss", data=world.data)
    succeed("team", "member", "remove", "desk", "boss", data=world.data)
    for role in ("viewer", "member", "admin"):
        world.user("t" + role, "t" + role)
        succeed("team", "member", "set", "desk", "t" + role, role, data=world.data)
    made = world.wire("tadmin").graphql(
        "mutation($input:CreateServiceAccountInput!){createServiceAccount(input:$input){user{id username}}}",
        input={"entityName": "desk", "description": "robot"})["createServiceAccount"]["user"]
    world.keys["tservice"] = succeed("key", "add", made["username"], data=world.data).out.strip()


@action
def view_project(wire, p):
    return wire.graphql('query($p:String!){project(entityName:"desk",name:$p){name}}', p=p.name)["project"]


@action
def view_artifact(wire, p):
    return wire.graphql("query($i:ID!){artifact(id:$i){digest}}", i=p.artifact)["artifact"]


@action
def get_file(wire, p):
    node = wire.graphql("query($i:ID!){artifact(id:$i){files{edges{node{directUrl}}}}}", i=p.artifact)["artifact"]
    return node and wire.get(node["files"]["edges"][0]["node"]["directUrl"])


@action
def get_v2(wire, p):
    digest = hashlib.md5(FILE).hexdigest()
    return wire.get(f"/artifactsV2/default/desk/{p.name}/m/{p.artifact}/{p.artifact}/{digest}/w.bin",
                    {"Authorization": wire.headers["Authorization"]})


@action
def use_artifact(wire, p):
    return wire.graphql("mutation($input:UseArtifactInput!){useArtifact(input:$input){artifact{id}}}", input={
        "artifactID": p.artifact, "entityName": "desk", "projectName": p.name, "runName": "run1"})


@action
def log_artifact(wire, p):
    number = next(numbers)
    return wire.log("desk", p.name, "m", {"w.bin": b"%d" % number}, f"desk-log-{number}")


@action
def start_run(wire, p):
    return wire.graphql(UPSERT_RUN, input={"entityName": "desk", "modelName": p.name, "name": f"r{next(numbers)}"})


@action
def change_aliases(wire, p):
    return wire.graphql("mutation($input:AddAliasesInput!){addAliases(input:$input){success}}", input={
        "artifactID": p.artifact, "aliases": [{"entityName": "desk", "projectName": p.name,
                                               "artifactCollectionName": "m", "alias": "best"}]})


@action
def edit_artifact(wire, p):
    return wire.graphql("mutation($input:UpdateArtifactInput!){updateArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": p.artifact, "description": "new", "metadata": "{}"})


@action
def edit_sequence(wire, p):
    return wire.graphql("mutation($input:UpdateArtifactSequenceInput!){updateArtifactSequence(input:$input){"
                        "artifactCollection{id}}}", input={"artifactSequenceID": p.sequence, "description": "new"})


@action
def delete_artifact(wire, p):
    return wire.graphql("mutation($input:DeleteArtifactInput!){deleteArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": p.artifact, "deleteAliases": True})


@action
def delete_sequence(wire, p):
    return wire.graphql("mutation($input:DeleteArtifactSequenceInput!){deleteArtifactSequence(input:$input){"
                        "artifactCollection{id}}}", input={"artifactSequenceID": p.sequence})


@action
def edit_project(wire, p):
    return wire.graphql("mutation($input:UpsertModelInput!){upsertModel(input:$input){project{id}}}",
                        input={"entityName": "desk", "name": p.name, "description": "new"})


@action
def delete_project(wire, p):
    return wire.graphql("mutation($input:DeleteModelInput!){deleteModel(input:$input){success}}", input={"id": p.id})


@test
def projects_of_teams():
    world, wrong = Stage.get(), []
    people(world)
    rows = read_table("team")
    assert {name for name, _, _ in rows} == set(ACTIONS)
    for name, _, cells in rows:
        for column, expected in cells.items():
            project = Project(world)
            got = outcome(lambda: ACTIONS[name](world.wire(column), project))
            if got != expected:
                wrong.append(f"{name} {column}: the table says {expected}, the server {got}")
    assert not wrong, "\n" + "\n".join(wrong)
