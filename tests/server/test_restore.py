"""Projects and registries come back; owners go only when nobody protects what they have; runs leave nothing behind."""
import contextlib
import pathlib
import sqlite3
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import wire  # noqa: E402
from aging import DAY, age, du  # noqa: E402
from vitrined import Server, command, folder, succeed, test  # noqa: E402

PROJECT = "query($e: String!, $p: String!) { project(name: $p, entityName: $e) { id } }"
DELETE_PROJECT = "mutation($i: DeleteModelInput!) { deleteModel(input: $i) { success } }"
RESTORE_PROJECT = "mutation($i: RestoreProjectInput!) { restoreProject(input: $i) { project { name } } }"
DELETED = "query($e: String!) { entity(name: $e) { deletedProjects { id projectName collectionName versionIndex } } }"
PROTECT = "mutation($i: ProtectedAliasInput!) { createProtectedAlias(input: $i) { success } }"
PROTECTED = "query($e: String!, $p: String!) { project(name: $p, entityName: $e) { protectedAliases } }"
COLLECTION = "query($e: String!, $p: String!, $c: String!) { project(name: $p, entityName: $e) { artifactCollection(name: $c) { id } } }"
DELETE_PORTFOLIO = """mutation($i: DeleteArtifactPortfolioInput!) { deleteArtifactPortfolio(input: $i) {
  artifactCollection { id } } }"""
RESTORE_COLLECTION = """mutation($i: RestoreArtifactCollectionInput!) { restoreArtifactCollection(input: $i) {
  artifactCollection { id } } }"""
REGISTRY = "wandb-registry-own"


def prepare(data):
    keys = [succeed("user", "add", name, *more, data=data).out.strip()
            for name, more in (("ann", ["--admin"]), ("bob", []), ("eve", []))]
    succeed("org", "add", "acme", "--admin", "ann", data=data)
    succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
    succeed("team", "member", "set", "red", "bob", "member", data=data)
    return keys


def log(w, n, project="p"):
    return w.log("red", project, "model", {"f": b"%d" % n * 100}, str(uuid.uuid4()))


def link(w, artifact, *aliases):
    w.graphql(wire.LINK, input={"artifactID": artifact["id"], "entityName": "acme", "projectName": REGISTRY,
                                "artifactPortfolioName": "Live",
                                "aliases": [{"artifactCollectionName": "Live", "alias": a} for a in aliases]})


def make_registry(w):
    made = w.graphql("mutation($i: UpsertModelInput!) { upsertModel(input: $i) { project { id } } }",
                     i={"name": REGISTRY, "entityName": "acme", "access": "PRIVATE"})["upsertModel"]["project"]["id"]
    w.graphql(PROTECT, i={"projectId": made, "alias": "production"})
    return made


def content(w, alias, entity="red", project="p", collection="model"):
    membership, nodes = w.version(entity, project, collection, alias)
    return w.get(nodes[0]["directUrl"]) if membership else None


@test
def a_deleted_project_comes_back_whole():
    with folder() as data:
        ann, bob, eve = prepare(data)
        with Server(data) as server:
            w, member, stranger = (wire.Wire(server.url, key) for key in (ann, bob, eve))
            log(w, 1), log(w, 2)
            identity = w.graphql(PROJECT, e="red", p="p")["project"]["id"]
            w.graphql(DELETE_PROJECT, i={"id": identity})
            assert content(w, "v0") is None
            age(data, 6 * DAY)
            succeed("reclaim", data=data)
            assert w.graphql(DELETED, e="red")["entity"]["deletedProjects"] == [
                {"id": identity, "projectName": "p", "collectionName": None, "versionIndex": None}]
            assert "NOT_FOUND" in wire.refused(stranger, RESTORE_PROJECT, i={"projectID": identity})
            log(w, 3)
            assert "EXISTS" in wire.refused(w, RESTORE_PROJECT, i={"projectID": identity})
            other = w.graphql(PROJECT, e="red", p="p")["project"]["id"]
            w.graphql(DELETE_PROJECT, i={"id": other})
            assert w.graphql(RESTORE_PROJECT, i={"projectID": identity})["restoreProject"]["project"]["name"] == "p"
            assert content(w, "v0") == b"1" * 100 and content(w, "latest") == b"2" * 100
            age(data, 9 * DAY)
            assert "too long ago" in wire.refused(w, RESTORE_PROJECT, i={"projectID": other})
            assert content(member, "v1") == b"2" * 100
        assert command("check", "--read-data", data=data).status == 0


@test
def a_deleted_registry_comes_back_with_its_links_and_what_it_protects():
    with folder() as data:
        ann, bob, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            registry = make_registry(w)
            link(w, log(w, 1), "production")
            w.graphql(DELETE_PROJECT, i={"id": registry})
            assert content(w, "production", "acme", REGISTRY, "Live") is None
            listed = succeed("deleted", "list", "--json", data=data).json()
            project, = [row for row in listed if row["kind"] == "project"]
            assert project["name"] == f"acme/{REGISTRY}", listed
            succeed("deleted", "restore", "project", project["number"], data=data)
            assert content(w, "production", "acme", REGISTRY, "Live") == b"1" * 100
            assert w.graphql(PROTECTED, e="acme", p=REGISTRY)["project"]["protectedAliases"] == ["production"]


@test
def a_collection_with_a_protected_alias_comes_back_by_an_admin_only():
    with folder() as data:
        ann, bob, _ = prepare(data)
        with Server(data) as server:
            w, member = wire.Wire(server.url, ann), wire.Wire(server.url, bob)
            registry = make_registry(w)
            succeed("org", "member", "set", "acme", "bob", "member", data=data)
            w.graphql("mutation($i: CreateProjectMembersInput!) { createProjectMembers(input: $i) { success } }",
                      i={"projectId": registry, "userIds": [w.graphql('{ users(query: "bob") { edges { node { id } } } }')
                                                            ["users"]["edges"][0]["node"]["id"]]})
            succeed("org", "default-role", "acme", "member", data=data)
            link(w, log(w, 1), "production")
            identity = w.graphql(COLLECTION, e="acme", p=REGISTRY, c="Live")["project"]["artifactCollection"]["id"]
            w.graphql(DELETE_PORTFOLIO, i={"artifactPortfolioID": identity})
            said = wire.refused(member, RESTORE_COLLECTION, i={"artifactCollectionID": identity})
            assert "DENIED" in said and "protected alias" in said, said
            w.graphql(RESTORE_COLLECTION, i={"artifactCollectionID": identity})
            assert content(w, "production", "acme", REGISTRY, "Live") == b"1" * 100


@test
def force_does_not_overrule_protected_aliases():
    with folder() as data:
        ann, _, _ = prepare(data)
        succeed("org", "add", "other", "--admin", "ann", data=data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            make_registry(w)
            link(w, log(w, 1), "production")
            result = command("team", "delete", "red", "--force", data=data)
            assert result.status == 4 and "production" in result.err, (result.status, result.err)
            assert content(w, "v0") == b"1" * 100, "nothing of it was done"
            w.graphql("mutation($i: DeleteAliasesInput!) { deleteAliases(input: $i) { success } }",
                      i={"artifactID": w.version("red", "p", "model", "v0")[0]["artifact"]["id"],
                         "aliases": [{"entityName": "acme", "projectName": REGISTRY, "artifactCollectionName": "Live",
                                      "alias": "production"}]})
            succeed("team", "delete", "red", "--force", data=data)
            assert content(w, "v0") is None
            age(data, 12 * DAY)
            assert succeed("reclaim", "--json", data=data).json()["versionsPurged"] == 0, "the registry still links it"
            succeed("org", "delete", "acme", "--force", data=data)
            age(data, 12 * DAY)
            succeed("reclaim", data=data)
            age(data, 12 * DAY)
            told = succeed("reclaim", "--json", data=data).json()
            assert told["blobs"] == told["deletedBlobs"], told
        assert command("check", "--read-data", data=data).status == 0


@test
def an_organization_goes_with_what_its_own_registries_protect():
    with folder() as data:
        ann, _, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            make_registry(w)
            link(w, log(w, 1), "production")
            assert command("org", "delete", "acme", data=data).status == 4
            succeed("org", "delete", "acme", "--force", data=data)
            assert w.graphql(PROJECT, e="red", p="p")["project"] is None


@test
def deleted_runs_leave_nothing_behind():
    with folder() as data:
        ann, _, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            runs = [w.graphql("""mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id name } } }""",
                              i={"entityName": "red", "modelName": project, "name": f"run{n}"})["upsertBucket"]["bucket"]
                    for n, project in enumerate(["p", "p", "gone"])]
            big = b"console " * 20_000
            for n, (run, project) in enumerate(zip(runs, ["p", "p", "gone"])):
                made = w.graphql("""mutation($i: CreateRunFilesInput!) { createRunFiles(input: $i) { files { uploadUrl } } }""",
                                 i={"entityName": "red", "projectName": project, "runName": run["name"], "files": ["a.txt"]})
                w.put(made["createRunFiles"]["files"][0]["uploadUrl"], big + b"%d" % n)
                status, body, _ = w.request("POST", f"/files/red/{project}/{run['name']}/file_stream",
                                            '{"files": {"wandb-history.jsonl": {"offset": 0, "content": '
                                            '["{\\"_step\\": 0, \\"loss\\": 1}", "{\\"_step\\": 1, \\"loss\\": 2}"]}}}', w.headers)
                assert status == 200, body
            w.graphql("mutation($i: DeleteRunInput!) { deleteRun(input: $i) { clientMutationId } }", i={"id": runs[0]["id"]})
            w.graphql(DELETE_PROJECT, i={"id": w.graphql(PROJECT, e="red", p="gone")["project"]["id"]})

            def rows(table):
                with contextlib.closing(sqlite3.connect(data / "vitrine.db")) as db:
                    return dict(db.execute(f"SELECT r.name, count(*) FROM {table} x JOIN run r ON r.id = x.run_id GROUP BY 1"))

            assert rows("run_line") == {"run0": 2, "run1": 2, "run2": 2}, rows("run_line")
            age(data, 6 * DAY)
            succeed("reclaim", data=data)
            assert rows("run_file") == {"run0": 1, "run1": 1, "run2": 1}
            age(data, 3 * DAY)
            before = du(data)
            told = succeed("reclaim", "--json", data=data).json()
            assert rows("run_line") == {"run1": 2} and rows("run_file") == {"run1": 1}
            assert told["deletedBytes"] == 2 * (len(big) + 1) and before - du(data) >= 2 * len(big), told
        assert command("check", "--read-data", data=data).status == 0
