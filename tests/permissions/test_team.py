"""The cells of matrix.txt about projects of teams, done for real."""
import contextlib
import hashlib
import itertools
import sqlite3

from actions import STREAM
from test_matrix import UPSERT_RUN, Stage
from vitrined import succeed, test
from world import Refused, outcome, read_table

numbers = itertools.count(1)
ACTIONS = {}


def action(function):
    ACTIONS[function.__name__.replace("_", "-")] = function
    return function


class Project:
    """A project of the team `desk` with one version in it."""

    def __init__(self, world):
        self.world = world
        self.name = f"p{next(numbers)}"
        content = f"weights of {self.name}".encode()   # bytes that were sent for it, not found elsewhere
        self.digest = hashlib.md5(content).hexdigest()
        self.artifact = world.root.log("desk", self.name, "m", {"w.bin": content}, f"desk-{self.name}")["id"]
        world.root.graphql(UPSERT_RUN, input={"entityName": "desk", "modelName": self.name, "name": "run1"})
        found = world.root.graphql('query($p:String!){project(entityName:"desk",name:$p){id artifactCollection(name:"m"){id}}}',
                                   p=self.name)["project"]
        upload(world.root, self, "config.yaml")
        post_file_stream(world.root, self)
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
    return wire.get(f"/artifactsV2/default/desk/{p.name}/m/{p.artifact}/{p.artifact}/{p.digest}/w.bin", headers(wire))


def headers(wire):
    return {"Authorization": wire.headers["Authorization"]}


@action
def get_manifest(wire, p):
    node = wire.graphql("query($i:ID!){artifact(id:$i){currentManifest{file{directUrl}}}}", i=p.artifact)["artifact"]
    return node and wire.get(node["currentManifest"]["file"]["directUrl"])


@action
def get_v2_birth_hash(wire, p):
    return wire.get(f"/artifactsV2/default/desk/{p.name}/m/{p.artifact}/{p.digest}/w.bin", headers(wire))


@action
def get_v2_entity_birth_hash(wire, p):
    return wire.get(f"/artifactsV2/default/desk/{p.artifact}/{p.digest}", headers(wire))


@action
def get_v1_entity_hash(wire, p):
    return wire.get(f"/artifacts/desk/{p.digest}", headers(wire))


def run_file(wire, p, name):
    found = wire.graphql("""query($p:String!,$n:[String]){project(entityName:"desk",name:$p){run(name:"run1"){
      files(names:$n){edges{node{directUrl}}}}}}""", p=p.name, n=[name])["project"]
    return found and wire.get(found["run"]["files"]["edges"][0]["node"]["directUrl"])


@action
def get_run_file(wire, p):
    return run_file(wire, p, "config.yaml")


@action
def get_run_lines(wire, p):
    return run_file(wire, p, "output.log")


def upload(wire, p, name):
    made, = wire.graphql("mutation($input:CreateRunFilesInput!){createRunFiles(input:$input){files{uploadUrl}}}", input={
        "entityName": "desk", "projectName": p.name, "runName": "run1", "files": [name]})["createRunFiles"]["files"]
    wire.put(made["uploadUrl"], b"a: 1")
    return True


@action
def upload_run_file(wire, p):
    return upload(wire, p, "more.txt")


@action
def post_file_stream(wire, p):
    status, body, _ = wire.request("POST", f"/files/desk/{p.name}/run1/file_stream", STREAM, wire.headers)
    if status != 200:
        raise Refused(status, body.decode())
    return True


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
def restore_artifact(wire, p):
    delete_artifact(p.world.root, p)
    return wire.graphql("mutation($input:RestoreArtifactInput!){restoreArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": p.artifact})


@action
def delete_versions(wire, p):
    return wire.graphql("mutation($input:DeleteArtifactVersionsInput!){deleteArtifactVersions(input:$input){count}}",
                        input={"entityName": "desk", "projectName": p.name, "collectionName": "m", "deleteAliases": True})


@action
def delete_sequence(wire, p):
    return wire.graphql("mutation($input:DeleteArtifactSequenceInput!){deleteArtifactSequence(input:$input){"
                        "artifactCollection{id}}}", input={"artifactSequenceID": p.sequence})


@action
def restore_sequence(wire, p):
    delete_sequence(p.world.root, p)
    return wire.graphql("mutation($input:RestoreArtifactCollectionInput!){restoreArtifactCollection(input:$input){"
                        "artifactCollection{id}}}", input={"artifactCollectionID": p.sequence})


@action
def edit_project(wire, p):
    return wire.graphql("mutation($input:UpsertModelInput!){upsertModel(input:$input){project{id}}}",
                        input={"entityName": "desk", "name": p.name, "description": "new"})


@action
def delete_project(wire, p):
    return wire.graphql("mutation($input:DeleteModelInput!){deleteModel(input:$input){success}}", input={"id": p.id})


@action
def restore_project(wire, p):
    delete_project(p.world.root, p)
    return wire.graphql("mutation($input:RestoreProjectInput!){restoreProject(input:$input){project{id}}}",
                        input={"projectID": p.id})


def compare(section, functions, subject):
    """Does each cell, with a subject of its own."""
    world, wrong = Stage.get(), []
    people(world)
    rows = read_table(section)
    assert {name for name, _, _ in rows} == set(functions)
    for name, _, cells in rows:
        for column, expected in cells.items():
            fresh = subject(world)
            got = outcome(lambda: functions[name](world.wire(column), fresh))
            if got != expected:
                wrong.append(f"{name} {column}: the table says {expected}, the server {got}")
    assert not wrong, "\n" + "\n".join(wrong)


@test
def projects_of_teams():
    compare("team", ACTIONS, Project)


# ---- the team itself ----

PEOPLE = {}


class Newcomer:
    """A member of the organization, who is not in the team, and one who is."""

    def __init__(self, world):
        self.name, self.inside = (f"newcomer{next(numbers)}" for _ in range(2))
        for name in (self.name, self.inside):
            world.user(name, name)
            succeed("org", "member", "set", "Acme", name, "member", data=world.data)
        self.ids = world.ids
        succeed("team", "member", "set", "desk", self.inside, "viewer", data=world.data)


def of_people(function):
    PEOPLE[function.__name__.replace("_", "-")] = function
    return function


@of_people
def add_to_team(wire, new):
    return wire.graphql("mutation($input:CreateInviteInput!){createInvite(input:$input){invite{id}}}",
                        input={"entityName": "desk", "username": new.name})


@of_people
def set_role_in_team(wire, new):
    return wire.graphql("mutation($input:SetTeamMemberRoleInput!){setTeamMemberRole(input:$input){success}}",
                        input={"entityName": "desk", "username": new.inside, "role": "member"})


@of_people
def remove_from_team(wire, new):
    return wire.graphql("mutation($input:DeleteInviteInput!){deleteInvite(input:$input){success}}",
                        input={"entityName": "desk", "id": new.ids[new.inside]})


@of_people
def add_service_account(wire, new):
    return wire.graphql("mutation($input:CreateServiceAccountInput!){createServiceAccount(input:$input){user{id}}}",
                        input={"entityName": "desk", "description": f"robot of {new.name}"})


@of_people
def set_time_to_live(wire, _):
    return wire.graphql("mutation($input:UpdateArtifactTtlRuleInput!){updateArtifactTtlRule(input:$input){expiringNow}}",
                        input={"entityName": "desk", "defaultSeconds": 0})


@of_people
def see_members(wire, _):
    members = wire.graphql('{entity(name:"desk"){members{username}}}')["entity"]
    return members and members["members"] or None


@test
def people_of_teams():
    compare("people", PEOPLE, Newcomer)


@test
def the_oldest_address_finds_bytes_that_many_projects_hold():
    """It names an entity and a digest only; whoever else has the same bytes must not hide the entity's own."""
    world = Stage.get()
    people(world)
    project = Project(world)
    with contextlib.closing(sqlite3.connect(world.data / "vitrine.db", timeout=30)) as db, db:
        db.executemany("INSERT INTO artifact_blob SELECT digest, algorithm, ?, artifact_id, sha256, size_bytes, created_us "
                       "FROM artifact_blob WHERE digest = ? AND project_id > 0", [(-n, bytes.fromhex(project.digest)) for n in range(1, 100)])
    assert get_v1_entity_hash(world.wire("tviewer"), project) == f"weights of {project.name}".encode()
