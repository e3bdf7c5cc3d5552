"""The calls of model.py as clients send them: GraphQL over HTTP, one request each (logging a version is several)."""
import itertools
import json
import time

import wire

ADD_ALIASES = "mutation AddAliases($input: AddAliasesInput!) { addAliases(input: $input) { success } }"
DELETE_ALIASES = "mutation DeleteAliases($input: DeleteAliasesInput!) { deleteAliases(input: $input) { success } }"
LINK = """mutation LinkArtifact($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex
  artifactMembership { artifactCollection { id } } } }"""
UNLINK = "mutation UnlinkArtifact($input: UnlinkArtifactInput!) { unlinkArtifact(input: $input) { success } }"
RESTORE = "mutation Restore($input: RestoreArtifactInput!) { restoreArtifact(input: $input) { artifact { id state } } }"
DELETE_PORTFOLIO = """mutation DeleteArtifactPortfolio($input: DeleteArtifactPortfolioInput!) {
  deleteArtifactPortfolio(input: $input) { artifactCollection { state } } }"""
DELETE_SEQUENCE = """mutation DeleteArtifactSequence($input: DeleteArtifactSequenceInput!) {
  deleteArtifactSequence(input: $input) { artifactCollection { state } } }"""
RESTORE_COLLECTION = """mutation RestoreCollection($input: RestoreArtifactCollectionInput!) {
  restoreArtifactCollection(input: $input) { artifactCollection { state } } }"""
EDIT_PORTFOLIO = """mutation UpdateArtifactPortfolio($input: UpdateArtifactPortfolioInput!) {
  updateArtifactPortfolio(input: $input) { artifactCollection { name } } }"""
CREATE_PORTFOLIO = """mutation CreatePortfolio($input: CreateArtifactPortfolioInput!) {
  createArtifactPortfolio(input: $input) { artifactCollection { id } } }"""
RENAME = "mutation RenameProject($input: RenameProjectInput!) { renameProject(input: $input) { project { name } } }"
DELETE_REGISTRY = "mutation DeleteModel($input: DeleteModelInput!) { deleteModel(input: $input) { success } }"
RESTORE_REGISTRY = "mutation Restore($input: RestoreProjectInput!) { restoreProject(input: $input) { project { id } } }"
ADD_MEMBERS = "mutation Add($input: CreateProjectMembersInput!) { createProjectMembers(input: $input) { success } }"
REMOVE_MEMBERS = "mutation Remove($input: DeleteProjectMembersInput!) { deleteProjectMembers(input: $input) { success } }"
SET_ROLE = "mutation Set($input: UpdateProjectMemberInput!) { updateProjectMember(input: $input) { success } }"
SET_TEAM_ROLE = "mutation Set($input: UpdateProjectTeamMemberInput!) { updateProjectTeamMember(input: $input) { success } }"
UPSERT = "mutation UpsertModel($input: UpsertModelInput!) { upsertModel(input: $input) { project { id access } } }"
PROTECT = "mutation Protect($input: ProtectedAliasInput!) { createProtectedAlias(input: $input) { success } }"
UNPROTECT = "mutation Unprotect($input: ProtectedAliasInput!) { deleteProtectedAlias(input: $input) { success } }"
EDIT = "mutation UpdateArtifact($input: UpdateArtifactInput!) { updateArtifact(input: $input) { artifact { id } } }"
BULK = "mutation Bulk($input: DeleteArtifactVersionsInput!) { deleteArtifactVersions(input: $input) { job { id state } } }"
JOB = "query Job($id: ID!) { job(id: $id) { id state message } }"
RESOLVE = """query Membership($entity: String!, $project: String!, $collection: String!, $alias: String!) {
  project(name: $project, entityName: $entity) { artifactCollection(name: $collection) {
    artifactMembership(aliasName: $alias) { versionIndex artifact { id } %s } } } }"""

ORGANIZATION, TEAM = "Acme", "src"
numbers = itertools.count(1)  # next() is atomic


class Call:
    """One call: what it is, when it was sent and answered, and how. answer None: nobody knows whether it was done."""

    def __init__(self, who, kind, **given):
        self.who, self.kind, self.given = who, kind, given
        self.start = self.end = self.answer = None
        self.said = ""         # the sentence of a refusal
        self.request_ids = []  # of the requests that change something
        self.after = None      # a call that comes before this one in every order

    def part(self, kind, after, **given):
        """Something that the server does for this call, while it goes on."""
        made = Call(self.who, kind, **given)
        made.start, made.end, made.answer, made.after = self.start, self.end, ("part",), after
        return made

    def __repr__(self):
        given = ", ".join(f"{k}={v!r}" for k, v in self.given.items())
        return f"{self.who}: {self.kind}({given}) -> {self.answer}{' ' + self.said if self.said else ''}"


class Client:
    """One connection of one account to a cell; belongs to one thread at a time."""

    def __init__(self, url, key, facts):
        self.wire = wire.Wire(url, key, timeout=30)
        self.facts = facts     # the cell: names of projects, ids of people

    def do(self, call):
        call.start = time.monotonic_ns()
        try:
            call.answer = getattr(self, call.kind)(call, **call.given)
        except wire.Refused as refused:
            call.answer = (refused.status,)
            call.said = refused.message
        except wire.Interrupted:
            return
        call.end = time.monotonic_ns()

    def ask(self, call, query, **variables):
        """A request that changes something; its id is how the audit log names it."""
        request_id = f"call-{next(numbers)}"
        call.request_ids.append(request_id)
        self.wire.headers["X-Request-Id"] = request_id
        return self.wire.graphql(query, **variables)

    def home(self, name):
        """-> (entity, project) that the model's name of a home stands for"""
        return (TEAM, self.facts.project) if name == "source" else (ORGANIZATION, name)

    def log(self, call, sequence, digest):
        """digest: the content's number. All that the real client does; an answer that is lost ends it."""
        content = self.facts.content(digest)
        described = {"w.bin": (wire.md5_base64(content), len(content))}
        manifest, manifest_digest = wire.manifest_of(described)
        w, client_id = self.wire, f"{self.facts.project}-{next(numbers)}".ljust(64, "x")
        request_id = f"call-{next(numbers)}"
        call.request_ids.append(request_id)
        w.headers["X-Request-Id"] = request_id
        made = w.create_artifact(TEAM, self.facts.project, "m", manifest_digest, client_id)
        if made["state"] != "COMMITTED":
            made = self.send(made, described, content, manifest)
        return "ok", made["id"], made["versionIndex"]

    def send(self, made, described, content, manifest):
        w = self.wire
        try:
            manifest_id, _ = w.create_manifest(TEAM, self.facts.project, made["id"])
            node, = w.create_files(made["id"], manifest_id, {"w.bin": described["w.bin"][0]})
            if node["uploadUrl"]:
                w.put(node["uploadUrl"], content)
            _, url = w.create_manifest(TEAM, self.facts.project, made["id"], wire.md5_base64(manifest))
            w.put(url, manifest)
        except wire.Refused as refused:
            if refused.status != 409:   # somebody else committed the same content meanwhile
                raise
        return w.commit(made["id"])

    def link(self, call, artifact, target, aliases):
        to = {"artifactPortfolioID": target}
        if isinstance(target, tuple):
            to = {"entityName": ORGANIZATION, "projectName": target[0], "artifactPortfolioName": target[1]}
        name = target[1] if isinstance(target, tuple) else "any"
        made = self.ask(call, LINK, input={"artifactID": artifact, "aliases": [
            {"artifactCollectionName": name, "alias": alias} for alias in aliases], **to})["linkArtifact"]
        return "ok", made["versionIndex"], made["artifactMembership"]["artifactCollection"]["id"]

    def unlink(self, call, artifact, collection):
        self.ask(call, UNLINK, input={"artifactID": artifact, "artifactPortfolioID": collection})
        return "ok",

    def change_aliases(self, call, artifact, changes, remove):
        given = []
        for home, name, alias in changes:
            entity, project = self.home(home)
            given.append({"entityName": entity, "projectName": project, "artifactCollectionName": name, "alias": alias})
        self.ask(call, DELETE_ALIASES if remove else ADD_ALIASES, input={"artifactID": artifact, "aliases": given})
        return "ok",

    def look(self, home, name, alias, more=""):
        entity, project = self.home(home)
        found = self.wire.graphql(RESOLVE % more, entity=entity, project=project, collection=name, alias=alias)["project"]
        held = found and found["artifactCollection"]
        return held and held["artifactMembership"]

    def resolve(self, _call, home_name, name, alias):
        found = self.look(home_name, name, alias)
        return ("ok", found["versionIndex"], found["artifact"]["id"]) if found else ("ok", None, None)

    def list_files(self, _call, home_name, name, alias):
        found = self.look(home_name, name, alias, "files(first: 3) { edges { node { name directUrl } } }")
        if not found:
            return "ok", None
        assert [edge["node"]["name"] for edge in found["files"]["edges"]] == ["w.bin"], found
        return "ok", found["artifact"]["id"]

    def delete_version(self, call, artifact, with_aliases):
        self.ask(call, wire.DELETE, input={"artifactID": artifact, "deleteAliases": with_aliases})
        return "ok",

    def restore_version(self, call, artifact):
        self.ask(call, RESTORE, input={"artifactID": artifact})
        return "ok",

    def delete_collection(self, call, collection):
        if collection == self.facts.sequence:
            self.ask(call, DELETE_SEQUENCE, input={"artifactSequenceID": collection})
        else:
            self.ask(call, DELETE_PORTFOLIO, input={"artifactPortfolioID": collection})
        return "ok",

    def restore_collection(self, call, collection):
        self.ask(call, RESTORE_COLLECTION, input={"artifactCollectionID": collection})
        return "ok",

    def rename_collection(self, call, collection, name):
        self.ask(call, EDIT_PORTFOLIO, input={"artifactPortfolioID": collection, "name": name})
        return "ok",

    def create_collection(self, call, registry_name, name):
        made = self.ask(call, CREATE_PORTFOLIO, input={"entityName": ORGANIZATION, "projectName": registry_name,
                                                       "artifactTypeName": "model", "name": name})
        return "ok", made["createArtifactPortfolio"]["artifactCollection"]["id"]

    def rename_registry(self, call, name, new_name):
        self.ask(call, RENAME, input={"entityName": ORGANIZATION, "oldProjectName": name, "newProjectName": new_name})
        return "ok",

    def delete_registry(self, call, registry):
        self.ask(call, DELETE_REGISTRY, input={"id": registry})
        return "ok",

    def restore_registry(self, call, registry):
        self.ask(call, RESTORE_REGISTRY, input={"projectID": registry})
        return "ok",

    def set_role(self, call, registry, member, role):
        self.ask(call, SET_ROLE, input={"projectId": registry, "userId": self.facts.ids[member], "userProjectRole": role})
        return "ok",

    def add_member(self, call, registry, member):
        self.ask(call, ADD_MEMBERS, input={"projectId": registry, "userIds": [self.facts.ids[member]]})
        return "ok",

    def remove_member(self, call, registry, member):
        self.ask(call, REMOVE_MEMBERS, input={"projectId": registry, "userIds": [self.facts.ids[member]]})
        return "ok",

    def set_team_role(self, call, registry, team, role):
        self.ask(call, SET_TEAM_ROLE, input={"projectId": registry, "teamId": self.facts.ids[team], "teamProjectRole": role})
        return "ok",

    def remove_team(self, call, registry, team):
        self.ask(call, REMOVE_MEMBERS, input={"projectId": registry, "teamIds": [self.facts.ids[team]]})
        return "ok",

    def save_registry(self, call, name, access):
        made = self.ask(call, UPSERT, input={"entityName": ORGANIZATION, "name": name, "access": access})
        return "ok", made["upsertModel"]["project"]["id"]

    def change_tags(self, call, artifact, tags, remove):
        self.ask(call, EDIT, input={"artifactID": artifact, "tagsToDelete" if remove else "tagsToAdd": [
            {"tagName": tag, "tagCategoryName": "x"} for tag in tags]})
        return "ok",

    def bulk_delete(self, call, home_name, name, with_aliases):
        """Answered when the job has ended."""
        entity, project = self.home(home_name)
        job = self.ask(call, BULK, input={"entityName": entity, "projectName": project, "collectionName": name,
                                          "deleteAliases": with_aliases})["deleteArtifactVersions"]["job"]
        until = time.monotonic() + 30
        while job["state"] != "DONE":
            if job["state"] not in ("WAITING", "RUNNING") or time.monotonic() > until:
                raise AssertionError(f"the job ended so: {job}")
            time.sleep(0.005)
            job = self.wire.graphql(JOB, id=job["id"])["job"]
        return "ok",

    def protect(self, call, registry, alias):
        self.ask(call, PROTECT, input={"projectId": registry, "alias": alias})
        return "ok",

    def unprotect(self, call, registry, alias):
        self.ask(call, UNPROTECT, input={"projectId": registry, "alias": alias})
        return "ok",


# ---- looking -----------------------------------------------------------------

ALIASES = ("latest", "prod", "best", "x")
TAGS = ("good", "to do", "old-1")
PAGE = 100   # more is never in a cell: read() makes sure
HELD = f"id name artifacts(first: {PAGE}) {{ pageInfo {{ hasNextPage }} edges {{ version node {{ id digest state tags {{ name }} }} }} }} " + \
    "aliases(first: 10) { edges { node { alias } } } " + \
    " ".join(f'a{i}: artifactMembership(aliasName: "{alias}") {{ versionIndex artifact {{ id }} }}'
             for i, alias in enumerate(ALIASES))
GONE = "deletedCollections { id } "


def observe(root, cell):
    """Everything of a cell in one request, so at one moment, as an administrator of the server sees it."""
    parts = [f's: project(entityName: "{TEAM}", name: "{cell.project}") {{ {GONE} deletedVersions {{ id versionIndex }} '
             f'artifactCollection(name: "m") {{ {HELD} }} }}']
    for i, name in enumerate(cell.name_pool):
        parts.append(f'r{i}: project(entityName: "{ORGANIZATION}", name: {json.dumps(name)}) {{ id name access {GONE} '
                     f'protectedAliases members {{ username role {{ name }} }} teamMembers {{ team {{ name }} role {{ name }} }} '
                     f'artifactCollections(first: {PAGE}) {{ pageInfo {{ hasNextPage }} edges {{ node {{ {HELD} }} }} }} }}')
    return root.graphql("{" + " ".join(parts) + "}")
