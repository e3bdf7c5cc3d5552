"""The people, teams and registries that the permission tests are about.

One server. Organization Acme: its administrator, the source team `src` with a project that
versions are logged in, the team `lab` that is added to registries, the team `ops` with
service accounts. Organization Other with a user who belongs to nothing here. Each column of
the matrix is an actor; each has a twin who is in the team `src`, too, for actions that need
the source of a link.
"""
import itertools
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "server"), str(HERE.parent / "lib")]
sys.dont_write_bytecode = True

from vitrined import succeed  # noqa: E402
from wire import Refused, Wire, basic, md5_base64  # noqa: E402,F401

COLUMNS = ["none", "rviewer", "viewer", "member", "admin", "orgadmin", "instance", "service", "svcadmin", "team", "other"]
GIVEN = {"rviewer": "restricted_viewer", "viewer": "viewer", "member": "member", "admin": "admin", "svcadmin": "admin"}
FILE = b"weights of the model\n"

UPSERT = "mutation($input:UpsertModelInput!){upsertModel(input:$input){project{id name}}}"
ADD = "mutation($input:CreateProjectMembersInput!){createProjectMembers(input:$input){success}}"
REMOVE = "mutation($input:DeleteProjectMembersInput!){deleteProjectMembers(input:$input){success}}"
SET = "mutation($input:UpdateProjectMemberInput!){updateProjectMember(input:$input){success}}"
SET_TEAM = "mutation($input:UpdateProjectTeamMemberInput!){updateProjectTeamMember(input:$input){success}}"
PROTECT = "mutation($input:ProtectedAliasInput!){createProtectedAlias(input:$input){success}}"
UNPROTECT = "mutation($input:ProtectedAliasInput!){deleteProtectedAlias(input:$input){success}}"
LINK = """mutation($input:LinkArtifactInput!){linkArtifact(input:$input){versionIndex
  artifactMembership{id artifactCollection{id}}}}"""


class Registry:
    def __init__(self, world, visibility, **extra):
        self.world, self.visibility = world, visibility
        self.project = "wandb-registry-r%d" % next(world.numbers)
        made = world.root.graphql(UPSERT, input={
            "entityName": "Acme", "name": self.project,
            "access": "RESTRICTED" if visibility == "restricted" else "PRIVATE", **extra})
        self.id = made["upsertModel"]["project"]["id"]
        self.give_roles()
        self.artifact, self.own_artifact = world.artifact, None
        linked = world.root.graphql(LINK, input={
            "artifactID": self.artifact, "entityName": "Acme", "projectName": self.project,
            "artifactPortfolioName": "c", "aliases": [{"artifactCollectionName": "c", "alias": "good"}]})
        self.collection = linked["linkArtifact"]["artifactMembership"]["artifactCollection"]["id"]

    def give_roles(self):
        """All in one request."""
        parts, number = [], itertools.count()
        for column, role in GIVEN.items():
            for actor in (column, column + "+src"):
                parts.append('m%d:updateProjectMember(input:{projectId:"%s",userId:"%s",userProjectRole:"%s"}){success}'
                             % (next(number), self.id, self.world.ids[actor], role))
        parts.append('t:updateProjectTeamMember(input:{projectId:"%s",teamId:"%s",teamProjectRole:"member"}){success}'
                     % (self.id, self.world.teams["lab"]))
        self.world.root.graphql("mutation{" + " ".join(parts) + "}")

    def own(self, world):
        """A version that is linked nowhere but here; its bytes are own_file. -> its id"""
        if self.own_artifact is None:
            self.own_file = f"only in {self.project}".encode()
            self.own_artifact = world.log(self.own_file)
            world.root.graphql(LINK, input={"artifactID": self.own_artifact, "entityName": "Acme", "projectName": self.project,
                                            "artifactPortfolioName": "own", "aliases": []})
        return self.own_artifact

    def protect(self, alias):
        self.world.root.graphql(PROTECT, input={"projectId": self.id, "alias": alias})


class World:
    def __init__(self, data, server):
        self.data, self.server = data, server
        self.numbers = itertools.count(1)
        self.keys, self.ids, self.teams, self.wires = {}, {}, {}, {}
        self.user("root", "instance", "--admin")
        self.root = self.wire("instance")
        self.user("boss", "orgadmin")
        succeed("org", "add", "Acme", "--admin", "boss", data=data)
        for team in ("src", "lab", "ops"):
            succeed("team", "add", team, "--org", "Acme", "--admin", "boss", data=data)
            self.teams[team] = self.root.graphql("query($n:String){entity(name:$n){id}}", n=team)["entity"]["id"]
        self.people()
        self.user("olga", "other")
        succeed("org", "add", "Other", "--admin", "olga", data=data)
        for column in ("instance", "other", "orgadmin"):   # boss made src, and so is in it
            self.keys[column + "+src"], self.ids[column + "+src"] = self.keys[column], self.ids[column]
        succeed("team", "member", "remove", "src", "boss", data=data)
        self.user("boss2", "orgadmin+src")
        succeed("org", "member", "set", "Acme", "boss2", "admin", data=data)
        succeed("team", "member", "set", "src", "boss2", "member", data=data)
        logged = self.root.log("src", "p", "m", {"w.bin": FILE}, "client-1")
        self.artifact = logged["id"]
        self.spare = self.root.log("src", "p", "m", {"w.bin": FILE + b"2"}, "client-2")["id"]

    def people(self):
        for column in ("none", "rviewer", "viewer", "member", "admin", "team"):
            for twin in (False, True):
                name = column + ("2" if twin else "")
                actor = column + ("+src" if twin else "")
                self.user(name, actor)
                succeed("org", "member", "set", "Acme", name, "member", data=self.data)
                if column == "team":
                    succeed("team", "member", "set", "lab", name, "viewer", data=self.data)
                if twin:
                    succeed("team", "member", "set", "src", name, "member", data=self.data)
        for column in ("service", "svcadmin"):
            self.service(column, "ops")
            self.service(column + "+src", "src")

    def user(self, name, actor, *options):
        self.keys[actor] = succeed("user", "add", name, *options, data=self.data).out.strip()
        self.ids[actor] = self.wire(actor).graphql("{viewer{id}}")["viewer"]["id"]

    def service(self, actor, team):
        made = self.wire("orgadmin").graphql(
            "mutation($input:CreateServiceAccountInput!){createServiceAccount(input:$input){user{id username}}}",
            input={"entityName": team, "description": actor})["createServiceAccount"]["user"]
        self.ids[actor] = made["id"]
        self.keys[actor] = succeed("key", "add", made["username"], data=self.data).out.strip()

    def wire(self, actor):
        if actor not in self.wires:
            self.wires[actor] = Wire(self.server.url, self.keys[actor])
        return self.wires[actor]

    def log(self, content):
        """One more version in the source project. -> its id"""
        return self.root.log("src", "p", "m", {"w.bin": content}, "client-%d" % next(self.numbers))["id"]


def read_table(section):
    """[(action, visibility, {column: expected})] of a section of matrix.txt."""
    rows, columns, at = [], None, None
    for number, line in enumerate((HERE / "matrix.txt").read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            at, columns = words[0].strip("[]"), words[1:]
        elif at == section:
            assert len(words) == 2 + len(columns), f"matrix.txt:{number}: {len(words) - 2} cells of {len(columns)}"
            assert set(words[2:]) <= {"yes", "no", "--"}, f"matrix.txt:{number}: a cell is yes, no or --"
            rows.append((words[0], words[1], dict(zip(columns, words[2:]))))
    return rows


def outcome(action):
    """yes, no (refused, but told why) or -- (as if there were nothing)."""
    try:
        return "--" if action() is None else "yes"
    except Refused as refused:
        return {403: "no", 404: "--"}.get(refused.status) or f"{refused.status} {json.dumps(str(refused))}"
