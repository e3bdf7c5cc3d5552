"""Each action of matrix.txt, as a caller does it. A function gets the caller's wire, the registry and the
world; it returns something when the action was done, None when there was nothing to see, and lets Refused out.
"""
import hashlib
import itertools

from world import ADD, FILE, LINK, PROTECT, REMOVE, SET, SET_TEAM, UNPROTECT, UPSERT, Refused

READING, WRITING = {}, {}
numbers = itertools.count(1)

MEMBERSHIP = """query($p:String!){project(entityName:"Acme",name:$p){artifactCollection(name:"c"){
  artifactMembership(aliasName:"good"){%s}}}}"""
STREAM = '{"files":{"output.log":{"offset":0,"content":["a line of the console"]}}}'
HASH = hashlib.md5(FILE).hexdigest()


def reading(function):
    READING[function.__name__.replace("_", "-")] = function
    return function


def writing(function):
    WRITING[function.__name__.replace("_", "-")] = function
    return function


def collection(wire, registry, fields):
    project = wire.graphql('query($p:String!){project(entityName:"Acme",name:$p){artifactCollection(name:"c"){%s}}}'
                           % fields, p=registry.project)["project"]
    return project and project["artifactCollection"]


def membership(wire, registry, fields):
    project = wire.graphql(MEMBERSHIP % fields, p=registry.project)["project"]
    return project and project["artifactCollection"]["artifactMembership"]


# ---- reading ----

@reading
def view_collection(wire, registry, _):
    by_id = wire.graphql("query($i:ID!){artifactCollection(id:$i){name}}", i=registry.collection)["artifactCollection"]
    by_name = collection(wire, registry, "name description aliases{edges{node{alias}}}")
    assert bool(by_id) == bool(by_name)
    return by_name


@reading
def view_version(wire, registry, _):
    found = membership(wire, registry, "versionIndex artifact{id metadata digest artifactSequence{name project{name}}}")
    if found and not wire.sees_source:
        assert found["artifact"]["artifactSequence"]["project"] is None
    return found


@reading
def view_manifest(wire, registry, _):
    found = membership(wire, registry, "artifact{currentManifest{file{directUrl}}}")
    return found and found["artifact"]["currentManifest"]


@reading
def search(wire, registry, _):
    found = wire.graphql('{entity(name:"Acme"){projects(first:5000){edges{node{name}}}}}')["entity"]["projects"]
    names = [edge["node"]["name"] for edge in found["edges"]]
    return registry.project if registry.project in names else None


@reading
def search_bar(wire, registry, _):
    """One line of text for registries, collections and versions at once."""
    short = registry.project.removeprefix("wandb-registry-")
    found = wire.graphql("""query($t:String!){search(organizationName:"Acme",text:$t,first:50){registries{name}
      collections{name project{name}}}}""", t=short)["search"]
    return registry.project if registry.project in [r["name"] for r in found["registries"]] else None


@reading
def star_registry(wire, registry, _):
    """Nobody else sees the star."""
    return wire.graphql("mutation($input:StarProjectInput!){starProject(input:$input){success}}",
                        input={"projectId": registry.id, "starred": True})


@reading
def view_members(wire, registry, _):
    return wire.graphql("""query($p:String!){project(entityName:"Acme",name:$p){
      members{username role{name}} teamMembers{team{name} role{name}} protectedAliases}}""", p=registry.project)["project"]


@reading
def view_settings(wire, registry, _):
    return wire.graphql("""query($p:String!){project(entityName:"Acme",name:$p){access description allowAllArtifactTypesInRegistry
      artifactTypes(includeAll:true){edges{node{name}}} protectedAliases viewerRole{name}}}""", p=registry.project)["project"]


@reading
def view_deleted(wire, registry, _):
    """What was deleted and can be restored."""
    return wire.graphql("""query($p:String!){project(entityName:"Acme",name:$p){deletedVersions{id}
      deletedCollections{id}}}""", p=registry.project)["project"]


@reading
def view_history(wire, registry, _):
    return collection(wire, registry, "history(first:10){edges{node{action user{username} alias}}}")


@reading
def use_version(wire, registry, world):
    return wire.graphql("mutation($input:UseArtifactInput!){useArtifact(input:$input){artifact{id}}}", input={
        "artifactID": registry.artifact, "entityName": "src", "projectName": "p", "runName": world.run,
        "artifactEntityName": "Acme", "artifactProjectName": registry.project})


@reading
def list_files(wire, registry, _):
    found = membership(wire, registry, "files(first:10){edges{node{name directUrl}}}")
    return found and found["files"]


# ---- file addresses ----

def fetch(wire, url, body=FILE):
    assert wire.get(url, {"Authorization": wire.headers["Authorization"]}) == body
    return url


@reading
def get_signed_file(wire, registry, _):
    files = list_files(wire, registry, _)
    return files and fetch(wire, files["edges"][0]["node"]["directUrl"])


@reading
def get_signed_manifest(wire, registry, _):
    manifest = view_manifest(wire, registry, _)
    return manifest and wire.get(manifest["file"]["directUrl"])


@reading
def get_signed_file_without_login(wire, registry, _):
    """As a browser follows a link of the file viewer: the address alone."""
    files = list_files(wire, registry, _)
    return files and wire.get(files["edges"][0]["node"]["directUrl"])


@reading
def get_signed_file_of_artifact(wire, registry, world):
    """The version by its id: any path to it will do. This one has only the one through the registry."""
    found = wire.graphql("query($i:ID!){artifact(id:$i){files(first:10){edges{node{directUrl}}}}}",
                         i=registry.own(world))["artifact"]
    return found and fetch(wire, found["files"]["edges"][0]["node"]["directUrl"], registry.own_file)


@reading
def get_signed_manifest_of_artifact(wire, registry, world):
    found = wire.graphql("query($i:ID!){artifact(id:$i){currentManifest{file{directUrl}}}}", i=registry.own(world))["artifact"]
    return found and wire.get(found["currentManifest"]["file"]["directUrl"])


def tar_of(wire, url):
    assert FILE in wire.get(url)
    return url


@reading
def get_archive(wire, registry, _):
    found = membership(wire, registry, "archiveUrl")
    if found and not found["archiveUrl"]:
        raise Refused(403, "{}")   # null for those who may not download
    return found and tar_of(wire, found["archiveUrl"])


@reading
def get_archive_for_another(wire, registry, world):
    return tar_of(wire, membership(world.wire("viewer"), registry, "archiveUrl")["archiveUrl"])


@reading
def get_signed_for_another(wire, registry, world):
    """Whoever holds a signed address may fetch for its account, as long as that account may."""
    return fetch(wire, list_files(world.wire("viewer"), registry, world)["edges"][0]["node"]["directUrl"])


@reading
def get_v2_artifact_birth_hash(wire, registry, _):
    return fetch(wire, f"/artifactsV2/default/Acme/{registry.project}/c/{registry.artifact}/{registry.artifact}/{HASH}/w.bin")


@reading
def get_v2_birth_hash(wire, registry, _):
    return fetch(wire, f"/artifactsV2/default/Acme/{registry.project}/c/{registry.artifact}/{HASH}/w.bin")


@reading
def get_v2_entity_birth_hash(wire, registry, _):
    return fetch(wire, f"/artifactsV2/default/src/{registry.artifact}/{HASH}")


@reading
def get_v1_entity_hash(wire, registry, _):
    return fetch(wire, f"/artifacts/src/{HASH}")


# ---- runs that made the versions: a registry shows nothing of them ----

def run_files(wire, world, name):
    found = wire.graphql("""query($r:String!,$n:[String]){project(entityName:"src",name:"p"){run(name:$r){
      files(names:$n){edges{node{name directUrl}}}}}}""", r=world.run, n=[name])["project"]
    nodes = found and found["run"] and found["run"]["files"]["edges"]
    return nodes and wire.get(nodes[0]["node"]["directUrl"])


@reading
def get_run_file(wire, _registry, world):
    return run_files(wire, world, "config.yaml")


@reading
def get_run_lines(wire, _registry, world):
    return run_files(wire, world, "output.log")


@reading
def get_run_file_for_another(wire, _registry, world):
    """The address of somebody who may."""
    found = world.root.graphql("""query($r:String!){project(entityName:"src",name:"p"){run(name:$r){
      files(names:["config.yaml"]){edges{node{directUrl}}}}}}""", r=world.run)["project"]["run"]["files"]["edges"]
    return wire.get(found[0]["node"]["directUrl"])


@reading
def post_file_stream(wire, _registry, world):
    status, body, _ = wire.request("POST", f"/files/src/p/{world.run}/file_stream", STREAM, wire.headers)
    if status != 200:
        raise Refused(status, body.decode())
    return True


@reading
def upload_run_file(wire, _registry, world):
    made = wire.graphql("mutation($input:CreateRunFilesInput!){createRunFiles(input:$input){files{uploadUrl}}}", input={
        "entityName": "src", "projectName": "p", "runName": world.run, "files": ["more.txt"]})["createRunFiles"]
    wire.put(made["files"][0]["uploadUrl"], b"more")
    return True


@reading
def upload_to_source(wire, _registry, _world):
    number = next(numbers)
    return wire.log("src", "p", "m", {"w.bin": b"%d" % number}, f"upload-{number}")


@reading
def upload_to_registry(wire, registry, _):
    try:
        return wire.log("Acme", registry.project, "c", {"w.bin": b"x"}, f"upload-{next(numbers)}")
    except Refused as refused:
        if refused.status == 400 and "is a registry" in str(refused):
            raise Refused(403, refused.body) from refused   # for everybody who sees it
        raise


# ---- what a registry holds ----

@writing
def create_registry(wire, _registry, _world):
    return wire.graphql(UPSERT, input={"entityName": "Acme", "name": f"wandb-registry-new{next(numbers)}"})


@writing
def create_collection(wire, registry, _):
    return wire.graphql("""mutation($input:CreateArtifactPortfolioInput!){createArtifactPortfolio(input:$input){
      artifactCollection{id}}}""", input={"entityName": "Acme", "projectName": registry.project,
                                          "artifactTypeName": "model", "name": "fresh"})


def link(wire, registry, artifact, *aliases):
    return wire.graphql(LINK, input={
        "artifactID": artifact, "entityName": "Acme", "projectName": registry.project, "artifactPortfolioName": "c",
        "aliases": [{"artifactCollectionName": "c", "alias": alias} for alias in aliases]})


@writing
def link_version(wire, registry, world):
    return link(wire, registry, world.spare)


@writing
def unlink_version(wire, registry, _):
    return wire.graphql("mutation($input:UnlinkArtifactInput!){unlinkArtifact(input:$input){success}}",
                        input={"artifactID": registry.artifact, "artifactPortfolioID": registry.collection})


def edit(wire, registry, **changes):
    return wire.graphql("""mutation($input:UpdateArtifactPortfolioInput!){updateArtifactPortfolio(input:$input){
      artifactCollection{id}}}""", input={"artifactPortfolioID": registry.collection, **changes})


@writing
def edit_collection(wire, registry, _):
    return edit(wire, registry, description="new words")


@writing
def rename_collection(wire, registry, _):
    return edit(wire, registry, name="renamed")


@writing
def edit_version(wire, registry, _):
    return wire.graphql("mutation($input:UpdateArtifactInput!){updateArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": registry.artifact, "description": "new words"})


@writing
def edit_version_tags(wire, registry, _):
    return wire.graphql("mutation($input:UpdateArtifactInput!){updateArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": registry.artifact, "tagsToAdd": [{"tagName": "fine"}]})


def lose(wire, artifact):
    return wire.graphql("mutation($input:DeleteArtifactInput!){deleteArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": artifact, "deleteAliases": True})


@writing
def delete_version(wire, registry, world):
    """The version itself, not a link to it."""
    return lose(wire, registry.own(world))


@writing
def restore_version(wire, registry, world):
    lose(world.root, registry.own(world))
    return wire.graphql("mutation($input:RestoreArtifactInput!){restoreArtifact(input:$input){artifact{id}}}",
                        input={"artifactID": registry.own(world)})


@writing
def delete_versions(wire, registry, _):
    """Many at once, as a job: in a registry that takes links away."""
    return wire.graphql("""mutation($input:DeleteArtifactVersionsInput!){deleteArtifactVersions(input:$input){count job{id}}}""",
                        input={"entityName": "Acme", "projectName": registry.project, "collectionName": "c",
                               "deleteAliases": True})


def tags(wire, registry, verb, payload):
    title = verb[0].upper() + verb[1:]
    return wire.graphql("mutation($input:%sInput!){%s(input:$input){%s}}" % (title, verb, payload), input={
        "entityName": "Acme", "projectName": registry.project, "artifactCollectionName": "c",
        "tags": [{"tagName": "fine"}]})


@writing
def add_collection_tag(wire, registry, _):
    return tags(wire, registry, "createArtifactCollectionTagAssignments", "tags{name}")


@writing
def delete_collection_tag(wire, registry, world):
    add_collection_tag(world.root, registry, world)
    return tags(wire, registry, "deleteArtifactCollectionTagAssignments", "success")


def alias(wire, registry, name, verb="addAliases", artifact=None):
    title = verb[0].upper() + verb[1:]
    return wire.graphql("mutation($input:%sInput!){%s(input:$input){success}}" % (title, verb), input={
        "artifactID": artifact or registry.artifact,
        "aliases": [{"entityName": "Acme", "projectName": registry.project, "artifactCollectionName": "c",
                     "alias": name}]})


@writing
def add_alias(wire, registry, _):
    return alias(wire, registry, "best")


@writing
def delete_alias(wire, registry, _):
    return alias(wire, registry, "good", "deleteAliases")


@writing
def move_alias(wire, registry, world):
    link(world.root, registry, world.spare, "best")
    return alias(wire, registry, "best")


@writing
def delete_collection(wire, registry, _):
    return wire.graphql("""mutation($input:DeleteArtifactPortfolioInput!){deleteArtifactPortfolio(input:$input){
      artifactCollection{state}}}""", input={"artifactPortfolioID": registry.collection})


def restore(wire, registry):
    return wire.graphql("""mutation($input:RestoreArtifactCollectionInput!){restoreArtifactCollection(input:$input){
      artifactCollection{state}}}""", input={"artifactCollectionID": registry.collection})


@writing
def restore_collection(wire, registry, world):
    delete_collection(world.root, registry, world)
    return restore(wire, registry)


# ---- protected aliases ----

@writing
def restore_protected_collection(wire, registry, world):
    delete_collection(world.root, registry, world)
    registry.protect("good")
    return restore(wire, registry)


@writing
def add_protected_alias(wire, registry, _):
    registry.protect("best")
    return alias(wire, registry, "best")


@writing
def delete_protected_alias(wire, registry, _):
    registry.protect("good")
    return alias(wire, registry, "good", "deleteAliases")


@writing
def move_protected_alias(wire, registry, world):
    link(world.root, registry, world.spare, "best")
    registry.protect("best")
    return alias(wire, registry, "best")


@writing
def link_with_protected_alias(wire, registry, world):
    registry.protect("best")
    return link(wire, registry, world.spare, "best")


@writing
def unlink_protected(wire, registry, world):
    registry.protect("good")
    return unlink_version(wire, registry, world)


@writing
def delete_protected_collection(wire, registry, world):
    registry.protect("good")
    return delete_collection(wire, registry, world)


@writing
def define_protected_alias(wire, registry, _):
    return wire.graphql(PROTECT, input={"projectId": registry.id, "alias": "best"})


@writing
def undefine_protected_alias(wire, registry, _):
    registry.protect("best")
    return wire.graphql(UNPROTECT, input={"projectId": registry.id, "alias": "best"})


# ---- the registry itself ----

@writing
def rename_registry(wire, registry, _):
    return wire.graphql("mutation($input:RenameProjectInput!){renameProject(input:$input){project{id}}}", input={
        "entityName": "Acme", "oldProjectName": registry.project, "newProjectName": registry.project + "x"})


def upsert(wire, registry, **changes):
    return wire.graphql(UPSERT, input={"entityName": "Acme", "name": registry.project, **changes})


@writing
def edit_description(wire, registry, _):
    return upsert(wire, registry, description="new words")


@writing
def edit_types(wire, registry, _):
    return upsert(wire, registry, allowAllArtifactTypesInRegistry=False, artifactTypes=[{"name": "model"}])


@writing
def change_visibility(wire, registry, _):
    return upsert(wire, registry, access="PRIVATE" if registry.visibility == "restricted" else "RESTRICTED")


@writing
def change_icon(wire, registry, _):
    return upsert(wire, registry, icon={"name": "flask", "color": "green"})


@writing
def add_user(wire, registry, world):
    return wire.graphql(ADD, input={"projectId": registry.id, "userIds": [world.ids["none"]]})


@writing
def add_team(wire, registry, world):
    return wire.graphql(ADD, input={"projectId": registry.id, "teamIds": [world.teams["src"]]})


@writing
def remove_user(wire, registry, world):
    return wire.graphql(REMOVE, input={"projectId": registry.id, "userIds": [world.ids["viewer+src"]]})


@writing
def remove_team(wire, registry, world):
    return wire.graphql(REMOVE, input={"projectId": registry.id, "teamIds": [world.teams["lab"]]})


@writing
def change_role(wire, registry, world):
    return wire.graphql(SET, input={"projectId": registry.id, "userId": world.ids["viewer+src"],
                                    "userProjectRole": "member"})


@writing
def make_owner(wire, registry, world):
    """The one who answers for it; a right to nothing."""
    return wire.graphql("mutation($input:SetProjectOwnerInput!){setProjectOwner(input:$input){success}}",
                        input={"projectId": registry.id, "userId": world.ids["orgadmin"]})


@writing
def change_team_role(wire, registry, world):
    return wire.graphql(SET_TEAM, input={"projectId": registry.id, "teamId": world.teams["lab"],
                                         "teamProjectRole": "viewer"})


@writing
def delete_registry(wire, registry, _):
    return wire.graphql("mutation($input:DeleteModelInput!){deleteModel(input:$input){success}}",
                        input={"id": registry.id})


@writing
def restore_registry(wire, registry, world):
    delete_registry(world.root, registry, world)
    return wire.graphql("mutation($input:RestoreProjectInput!){restoreProject(input:$input){project{id}}}",
                        input={"projectID": registry.id})
