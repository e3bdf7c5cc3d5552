"""Deleting many versions by one call; versions with more links than one write changes."""
import pathlib
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import wire  # noqa: E402
from vitrined import Server, command, folder, succeed, test, wait_until  # noqa: E402

DELETE = """mutation($i: DeleteArtifactVersionsInput!) { deleteArtifactVersions(input: $i) {
  count job { id state total } } }"""
JOB = "query($id: ID!) { job(id: $id) { id kind state done total message result dryRun user { username } } }"
JOBS = "{ jobs { id state } }"
CANCEL = "mutation($i: CancelJobInput!) { cancelJob(input: $i) { job { state } } }"
PROTECT = "mutation($i: ProtectedAliasInput!) { createProtectedAlias(input: $i) { success } }"
PROJECT = "query($e: String!, $p: String!) { project(name: $p, entityName: $e) { id } }"
RESTORE = "mutation($i: RestoreArtifactInput!) { restoreArtifact(input: $i) { artifact { state } } }"
REGISTRY = "wandb-registry-model"


def prepare(data):
    """-> keys of an administrator, an ordinary member of the team, a stranger"""
    ann = succeed("user", "add", "ann", "--admin", data=data).out.strip()
    bob = succeed("user", "add", "bob", data=data).out.strip()
    eve = succeed("user", "add", "eve", data=data).out.strip()
    succeed("org", "add", "acme", "--admin", "ann", data=data)
    succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
    succeed("team", "member", "set", "red", "bob", "member", data=data)
    return ann, bob, eve


def log(w, collection, n, **named):
    return w.log("red", "p", collection, {"f": f"{collection} {n}".encode()}, str(uuid.uuid4()), **named)


def link(w, artifact, portfolio, aliases=(), project=REGISTRY, entity="acme"):
    w.graphql(wire.LINK, input={"artifactID": artifact["id"], "entityName": entity, "projectName": project,
                                "artifactPortfolioName": portfolio,
                                "aliases": [{"artifactCollectionName": portfolio, "alias": a} for a in aliases]})


def follow(w, job):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        now = w.graphql(JOB, id=job["id"])["job"]
        if now["state"] not in ("WAITING", "RUNNING"):
            return now
        time.sleep(0.05)
    raise AssertionError(now)


def ask(w, **what):
    answer = w.graphql(DELETE, i={"entityName": "red", "projectName": "p", **what})["deleteArtifactVersions"]
    return answer["count"], follow(w, answer["job"])


def numbers(w, collection, entity="red", project="p"):
    return sorted(version for version, _ in w.versions(entity, project, collection)[0])


@test
def each_version_is_judged_by_itself():
    with folder() as data:
        ann, bob, eve = prepare(data)
        with Server(data) as server:
            admin, w, stranger = (wire.Wire(server.url, key) for key in (ann, bob, eve))
            made = [log(w, "model", n, aliases=("latest", "old") if n == 1 else ("latest",)) for n in range(5)]
            log(w, "data", 0)
            identity = admin.graphql(PROJECT, e="acme", p=REGISTRY)["project"]["id"]
            admin.graphql(PROTECT, i={"projectId": identity, "alias": "production"})
            link(admin, made[2], "Live", ["production"])
            link(admin, made[3], "Live")
            count, job = ask(w, collectionName="model", dryRun=True)
            kept = {"deleted": 2, "unlinked": 0, "keptProtected": 1, "keptAliased": 2, "keptDenied": 0}
            assert count == 5 and job["state"] == "DONE" and job["result"] == kept and job["dryRun"], job
            assert numbers(w, "model") == [0, 1, 2, 3, 4], "a dry run changes nothing"
            assert "NOT_FOUND" in wire.refused(stranger, DELETE, i={"entityName": "red", "projectName": "p"})
            assert stranger.graphql(JOB, id=job["id"])["job"] is None, "jobs are seen by who asked"
            assert stranger.graphql(JOBS)["jobs"] == []
            count, job = ask(w, collectionName="model")
            assert count == 5 and job["done"] == job["total"] == 5 and job["result"] == kept, job
            assert job["kind"] == "DELETE_VERSIONS" and job["user"]["username"] == "bob", job
            assert "3 stay: 1 with a protected alias, 2 with other aliases" in job["message"], job
            assert numbers(w, "model") == [1, 2, 4]
            assert numbers(admin, "Live", "acme", REGISTRY) == [0], "the link of a deleted version goes"
            count, job = ask(admin, collectionName="model", deleteAliases=True)
            assert job["result"]["deleted"] == 2 and job["result"]["keptProtected"] == 1, job
            assert numbers(w, "model") == [2] and numbers(w, "data") == [0]
            assert w.version("red", "p", "model", "latest")[0]["versionIndex"] == 2
            assert [j["state"] for j in w.graphql(JOBS)["jobs"]] == ["DONE"] * 2
        assert command("check", "--read-data", data=data).status == 0


@test
def filters_choose_and_registries_are_only_unlinked():
    with folder() as data:
        ann, bob, _ = prepare(data)
        with Server(data) as server:
            admin, w = wire.Wire(server.url, ann), wire.Wire(server.url, bob)
            made = [log(w, "model", n) for n in range(6)]
            for artifact in made:
                link(admin, artifact, "Shown")
            count, job = ask(w, filters='{"version": {"$in": [1, 2]}}', collectionFilters='{"name": "model"}')
            assert count == 2 and job["result"]["deleted"] == 2, job
            assert numbers(w, "model") == [0, 3, 4, 5]
            assert "INVALID" in wire.refused(w, DELETE, i={"entityName": "red"}), "not everything of a team by mistake"
            assert "INVALID" in wire.refused(w, DELETE, i={"entityName": "red", "projectName": "p", "filters": '{"no": 1}'})
            count, job = ask(admin, entityName="acme", projectName=REGISTRY, filters='{"version": {"$gte": 4}}',
                             deleteAliases=True)
            assert count == 2 and job["result"] == {"deleted": 0, "unlinked": 2, "keptProtected": 0, "keptAliased": 0,
                                                    "keptDenied": 0}, job
            assert numbers(admin, "Shown", "acme", REGISTRY) == [0, 3]
            assert numbers(w, "model") == [0, 3, 4, 5], "the sources stay"


@test
def the_operators_command_does_it_with_and_without_a_server():
    with folder() as data:
        ann, _, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            for n in range(4):
                log(w, "model", n)
            dry = succeed("delete-versions", "red", "p", "--dry-run", "--json", data=data).json()
            assert dry["deleted"] == 3 and dry["keptAliased"] == 1, dry
            told = succeed("delete-versions", "red", "p", "--filter", '{"version": 0}', "--json", data=data).json()
            assert told["deleted"] == 1, told
            assert numbers(w, "model") == [1, 2, 3]
        text = succeed("delete-versions", "red", "p", "--collection", "model", "--delete-aliases", data=data)
        assert text.out == "3 versions were deleted, 0 links were removed.\n", text.out
        assert "3 versions are found" in text.err, text.err
        assert command("delete-versions", "red", "nothing", data=data).status == 3


@test
def a_job_can_be_canceled():
    with folder() as data:
        ann, bob, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            for n in range(3):
                log(w, "model", n)
            job = w.graphql(DELETE, i={"entityName": "red", "projectName": "p", "deleteAliases": True}
                            )["deleteArtifactVersions"]["job"]
            assert "NOT_FOUND" in wire.refused(wire.Wire(server.url, bob), CANCEL, i={"id": job["id"]})
            state = w.graphql(CANCEL, i={"id": job["id"]})["cancelJob"]["job"]["state"]
            after = follow(w, job)
            left = len(numbers(w, "model"))
            assert (state, after["state"], left) in (("CANCELED", "CANCELED", 3), ("DONE", "DONE", 0)), (state, after, left)
            assert w.graphql(CANCEL, i={"id": job["id"]})["cancelJob"]["job"]["state"] == after["state"]


@test
def a_version_leaves_and_finds_more_places_than_one_write_changes():
    with folder() as data:
        ann, _, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            made, other = log(w, "model", 0), log(w, "model", 1)
            places = 600
            for n in range(places):
                link(w, made, f"place{n}", ["mine"], "q", "red")
            link(w, other, "place7", [], "q", "red")

            def held():
                return sum(len(numbers(w, f"place{n}", "red", "q")) for n in range(0, places, 7))

            before = held()
            w.graphql(wire.DELETE, input={"artifactID": made["id"], "deleteAliases": True})
            wait_until(lambda: held() == 1)
            wait_until(lambda: command("check", data=data).status == 0)
            w.graphql(RESTORE, i={"artifactID": made["id"]})
            wait_until(lambda: held() == before)
            for n in range(places):
                assert w.version("red", "q", f"place{n}", "mine")[0]["versionIndex"] == 0, n
        assert command("check", "--read-data", data=data).status == 0


@test
def many_deleted_versions_come_back_by_one_command():
    with folder() as data:
        ann, _, _ = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, ann)
            for n in range(30):
                log(w, "model", n, aliases=("latest", "first") if n == 0 else ("latest",))
            log(w, "data", 0)
            ask(w, filters="{}", deleteAliases=True)
            assert numbers(w, "model") == [] == numbers(w, "data")
            log(w, "model", 7)  # its content again
            told = succeed("deleted", "restore-versions", "red", "p", "--collection", "model", "--json", data=data).json()
            assert told == {"restored": 29, "kept": 1}, told
            assert numbers(w, "model") == [n for n in range(31) if n != 7] and numbers(w, "data") == []
            membership, _ = w.version("red", "p", "model", "first")
            assert membership["versionIndex"] == 0, "its alias was free and came back"
            membership, _ = w.version("red", "p", "model", "latest")
            assert membership["versionIndex"] == 30, "this one was taken"
            again = succeed("deleted", "restore-versions", "red", "p", "--json", data=data).json()
            assert again == {"restored": 1, "kept": 1} and numbers(w, "data") == [0], again
        assert command("deleted", "restore-versions", "red", "nothing", data=data).status == 3
        assert command("check", "--read-data", data=data).status == 0


FREED = "query($i: [ID!]!) { freedByDeletion(artifactIDs: $i) { atLeastBytes atMostBytes restorableSeconds } }"


@test
def what_several_free_is_told_for_all_of_them_together():
    with folder() as data:
        ann, bob, eve = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, bob)
            shared, own = b"s" * 3000, b"o" * 500
            first = w.log("red", "p", "a", {"f": shared}, str(uuid.uuid4()))["id"]
            second = w.log("red", "p", "b", {"f": shared, "g": own}, str(uuid.uuid4()))["id"]

            def freed(*ids, by=w):
                return by.graphql(FREED, i=list(ids))["freedByDeletion"]

            assert freed(first)["atMostBytes"] == 0 and freed(second)["atMostBytes"] == 500
            both = freed(first, second)
            assert both["atLeastBytes"] == both["atMostBytes"] == 3500 and both["restorableSeconds"] > 0, both
            assert freed(second, first, first) == both
            assert freed() is None
            assert freed(first, second, by=wire.Wire(server.url, eve)) is None
            try:
                freed(*[first] * 201)
            except wire.Refused as refused:
                assert "at most 200" in str(refused), refused
            else:
                raise AssertionError("more than 200")
