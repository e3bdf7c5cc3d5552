"""The end of bytes: what nothing needs goes, what anything needs stays.

Time is not waited for: age() makes everything that is stored older, rows and bytes alike.
"""
import contextlib
import hashlib
import pathlib
import random
import sqlite3
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import vitrined  # noqa: E402
import wire  # noqa: E402
from aging import DAY, age, du  # noqa: E402
from vitrined import Server, command, folder, succeed, test  # noqa: E402

def prepare(data):
    key = succeed("user", "add", "ann", "--admin", data=data).out.strip()
    succeed("org", "add", "acme", "--admin", "ann", data=data)
    succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
    return key


def log(w, collection, files, **named):
    return w.log("red", "p", collection, files, str(uuid.uuid4()), **named)


def delete(w, artifact):
    w.graphql(wire.DELETE, input={"artifactID": artifact["id"], "deleteAliases": True})


def content(w, collection, alias):
    membership, nodes = w.version("red", "p", collection, alias)
    return {node["name"]: w.get(node["directUrl"]) for node in nodes} if membership else None


def healthy(data):
    result = command("check", "--read-data", data=data)
    assert result.status == 0, result.out


def noise(seed, size):
    return random.Random(seed).randbytes(size)


@test
def deleted_versions_give_their_bytes_back_after_the_window():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            shared = noise(1, 200_000)
            kept_files = {"shared": shared, "small": b"kept " * 100}
            log(w, "model", kept_files)
            gone = log(w, "model", {"shared": shared, "own": noise(2, 3_000_000), "tiny": noise(3, 500)})
            for number in range(40):
                log(w, "many", {"f": noise(number + 100, 30_000)})
            many = w.versions("red", "p", "many")[0]
            delete(w, gone)
            for _, artifact in many:
                delete(w, artifact)
            age(data, 6 * DAY)
            first = succeed("reclaim", "--json", data=data).json()
            assert first["deletedBlobs"] == 0, ("six days after deletion everything can still be restored", first)
            age(data, 2 * DAY)
            dry = succeed("reclaim", "--dry-run", "--json", data=data).json()
            assert dry["dryRun"] and dry["deletedBlobs"] > 40, dry
            before = du(data)
            told = succeed("reclaim", "--json", data=data).json()
            after = du(data)
            assert told["versionsPurged"] == 41, told
            assert told["deletedBlobs"] == dry["deletedBlobs"], (dry, told)
            assert told["diskBefore"] - told["diskAfter"] == before - after, (told, before, after)
            assert before - after >= 3_000_000 + 40 * 30_000, (before, after)
            assert content(w, "model", "v0") == kept_files
            assert succeed("reclaim", "--json", data=data).json()["deletedBlobs"] == 0
            again = log(w, "model", {"shared": shared, "own": noise(2, 3_000_000)})
            assert again["versionIndex"] == 2, "numbers are not given twice"
            assert content(w, "model", "v2")["own"] == noise(2, 3_000_000)
        healthy(data)


@test
def the_command_works_without_a_server_too():
    with folder() as data:
        key = prepare(data)
        with Server(data, "--restore-days", "30") as server:
            w = wire.Wire(server.url, key)
            delete(w, log(w, "model", {"f": noise(7, 500_000)}))
        age(data, 20 * DAY)
        assert succeed("reclaim", "--json", data=data).json()["deletedBlobs"] == 0, "the server's window counts"
        age(data, 11 * DAY)
        told = succeed("reclaim", "--json", data=data).json()
        assert told["versionsPurged"] == 1 and told["deletedBytes"] > 500_000, told
        text = succeed("reclaim", data=data)
        assert "given back" in text.out, text.out
        healthy(data)


@test
def what_was_never_committed_goes_after_two_days():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            body, part = noise(4, 400_000), noise(5, 150_000)
            made = w.create_artifact("red", "p", "left", "0" * 32, str(uuid.uuid4()))
            manifest_id, _ = w.create_manifest("red", "p", made["id"])
            node, = w.create_files(made["id"], manifest_id, {"f": wire.md5_base64(body)})
            w.put(node["uploadUrl"], body)
            node, = w.create_files(made["id"], manifest_id, {"g": wire.md5_base64(part * 2)},
                                   {"g": [hashlib.md5(part).hexdigest()] * 2})
            w.put(node["uploadMultipartUrls"]["uploadUrlParts"][0]["uploadUrl"], part)
            age(data, DAY + 3600)
            told = succeed("reclaim", "--json", data=data).json()
            assert told["pendingEnded"] == 0 and told["deletedBlobs"] == 0, told
            age(data, DAY)
            told = succeed("reclaim", "--json", data=data).json()
            assert told["pendingEnded"] == 1 and told["deletedBytes"] == 550_000, told
            assert told["uploadsEnded"] == 1, told
        healthy(data)


@test
def deleted_collections_go_but_not_what_a_registry_links():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            linked = log(w, "model", {"f": noise(8, 300_000)})
            log(w, "model", {"f": noise(9, 300_000)})
            w.graphql(wire.LINK, input={"artifactID": linked["id"], "entityName": "red", "projectName": "q",
                                        "artifactPortfolioName": "kept", "aliases": []})
            found = w.graphql("""query($e: String!) { project(name: "p", entityName: $e) {
                artifactCollection(name: "model") { id } } }""", e="red")["project"]["artifactCollection"]
            w.graphql("mutation($i: DeleteArtifactSequenceInput!) { deleteArtifactSequence(input: $i) "
                      "{ artifactCollection { id } } }", i={"artifactSequenceID": found["id"]})
            age(data, 8 * DAY)
            assert succeed("reclaim", "--json", data=data).json()["deletedBlobs"] == 0, "a grace period more"
            age(data, 3 * 3600)
            told = succeed("reclaim", "--json", data=data).json()
            assert told["versionsPurged"] == 1, told
            assert 300_000 < told["deletedBytes"] < 400_000, told
            membership, nodes = w.version("red", "q", "kept", "v0")
            assert w.get(nodes[0]["directUrl"]) == noise(8, 300_000)
        healthy(data)


class Gate:
    """Many may be inside, or one may have it alone."""

    def __init__(self):
        self.changed, self.inside, self.wanted = threading.Condition(), 0, False

    @contextlib.contextmanager
    def shared(self):
        with self.changed:
            self.changed.wait_for(lambda: not self.wanted)
            self.inside += 1
        try:
            yield
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    @contextlib.contextmanager
    def alone(self):
        with self.changed:
            self.wanted = True
            self.changed.wait_for(lambda: self.inside == 0)
            yield
            self.wanted = False
            self.changed.notify_all()


@test
def the_same_bytes_may_come_while_they_are_reclaimed():
    """Writers log, delete and log again what the reclaimer is about to take; every answer "committed" holds.

    Only the jumps in time are made while nobody is at it: for who is, a jump would be a commit of two hours.
    """
    with folder() as data:
        key = prepare(data)
        seed = random.randrange(1 << 32)
        print(f"# seed {seed}", flush=True)
        with Server(data, "--restore-days", "0") as server:
            pool = [noise(seed + n, 70_000 if n % 2 else 9_000) for n in range(12)]
            gate, stop, failures, logged = Gate(), threading.Event(), [], []

            def log_one(w, dice, collection):
                files = {f"f{n}": pool[n] for n in dice.sample(range(len(pool)), 4)}
                files["own"] = dice.randbytes(20)
                made = log(w, collection, files)
                version = f"v{made['versionIndex']}"
                assert content(w, collection, version) == files
                logged.append(version)
                if dice.random() < 0.8:
                    delete(w, made)

            def write(number):
                dice, w = random.Random(seed + number), wire.Wire(server.url, key)
                try:
                    while not stop.is_set():
                        with gate.shared():
                            log_one(w, dice, f"c{number}")
                except Exception as error:  # told to the test's own thread
                    failures.append(error)

            threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
            for thread in threads:
                thread.start()
            end, deleted = time.monotonic() + 8, 0
            while time.monotonic() < end and not failures:
                with gate.alone():
                    age(data, 2 * 3600)
                deleted += succeed("reclaim", "--json", data=data).json()["deletedBlobs"]
            stop.set()
            for thread in threads:
                thread.join()
            assert not failures, failures[0]
            assert deleted > 20 and len(logged) > 20, (deleted, len(logged))
        healthy(data)


@test
def a_reclaim_that_is_killed_harms_nothing():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            kept = {f"k{n}": noise(n, 80_000 if n % 3 == 0 else 2_000) for n in range(60)}
            log(w, "model", kept)
            gone = log(w, "model", {**kept, **{f"g{n}": noise(1000 + n, 70_000 if n % 3 else 1_000) for n in range(300)}})
            delete(w, gone)
        age(data, 9 * DAY)
        dice = random.Random()
        for _ in range(8):
            process = vitrined.subprocess.Popen([str(vitrined.PROGRAM), "reclaim", "--data", str(data)],
                                                stdout=vitrined.subprocess.PIPE, stderr=vitrined.subprocess.PIPE)
            time.sleep(dice.uniform(0.001, 0.05))
            process.kill()
            process.communicate()
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            assert content(w, "model", "v0") == kept
            told = succeed("reclaim", "--json", data=data).json()
            assert told["blobs"] - told["deletedBlobs"] == 62, told
        healthy(data)
        with contextlib.closing(sqlite3.connect(data / "vitrine.db")) as db:
            assert db.execute("SELECT count(*) FROM artifact_blob b JOIN artifact a ON a.id = b.artifact_id "
                              "WHERE a.purged_us IS NOT NULL").fetchone() == (0,)
            assert db.execute("SELECT count(*) FROM artifact WHERE swept_us IS NULL AND purged_us IS NOT NULL"
                              ).fetchone() == (0,)


RESTORE = "mutation($i: RestoreArtifactInput!) { restoreArtifact(input: $i) { artifact { id state versionIndex } } }"
RESTORE_COLLECTION = """mutation($i: RestoreArtifactCollectionInput!) { restoreArtifactCollection(input: $i) {
  artifactCollection { id name } } }"""
DELETED = """query($e: String!) { project(name: "p", entityName: $e) {
  deletedVersions { id collectionName versionIndex deletedAt restorableUntil }
  deletedCollections { id collectionName versionIndex } } }"""
DELETE_COLLECTION = """mutation($i: DeleteArtifactSequenceInput!) { deleteArtifactSequence(input: $i) {
  artifactCollection { id } } }"""
COLLECTION = """query($e: String!, $c: String!) { project(name: "p", entityName: $e) {
  artifactCollection(name: $c) { id } } }"""


@test
def a_deleted_version_comes_back_within_the_window():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            first, second = {"f": noise(20, 100_000)}, {"f": noise(21, 100_000)}
            one = log(w, "model", first, aliases=("latest", "best", "old"))
            two = log(w, "model", second)
            w.graphql(wire.LINK, input={"artifactID": two["id"], "entityName": "red", "projectName": "q",
                                        "artifactPortfolioName": "kept", "aliases": [{"artifactCollectionName": "kept", "alias": "live"}]})
            delete(w, two)
            assert content(w, "model", "latest") == first and content(w, "model", "v1") is None
            delete(w, one)
            age(data, 6 * DAY)
            succeed("reclaim", data=data)
            listed = w.graphql(DELETED, e="red")["project"]
            assert [(d["collectionName"], d["versionIndex"]) for d in listed["deletedVersions"]] == [
                ("model", 0), ("model", 1)], listed
            log(w, "model", {"f": b"third"}, aliases=("latest", "best"))
            w.graphql(RESTORE, i={"artifactID": one["id"]})
            back = w.graphql(RESTORE, i={"artifactID": two["id"]})["restoreArtifact"]["artifact"]
            assert back["state"] == "COMMITTED" and back["versionIndex"] == 1, back
            assert content(w, "model", "v0") == first and content(w, "model", "v1") == second
            assert content(w, "model", "old") == first, "an alias that nobody took comes back"
            assert content(w, "model", "best") == {"f": b"third"} == content(w, "model", "latest")
            _, nodes = w.version("red", "q", "kept", "live")
            assert w.get(nodes[0]["directUrl"]) == second["f"], "links come back too"
            assert w.graphql(DELETED, e="red")["project"]["deletedVersions"] == []
            assert "NOT_FOUND" in wire.refused(w, RESTORE, i={"artifactID": one["id"]})
        healthy(data)


@test
def nothing_comes_back_after_the_window():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            one = log(w, "model", {"f": noise(30, 100_000)})
            two = log(w, "model", {"f": noise(31, 100_000)})
            delete(w, one)
            age(data, 8 * DAY)
            assert "too long ago" in wire.refused(w, RESTORE, i={"artifactID": one["id"]})
            succeed("reclaim", data=data)
            assert "NOT_FOUND" in wire.refused(w, RESTORE, i={"artifactID": one["id"]})
            delete(w, two)
            again = log(w, "model", {"f": noise(31, 100_000)})
            assert again["versionIndex"] == 2, again
            assert "v2" in wire.refused(w, RESTORE, i={"artifactID": two["id"]}), "its content is there again"
        healthy(data)


@test
def a_deleted_collection_comes_back():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            log(w, "model", {"f": b"one"}, aliases=("latest", "best"))
            identity = w.graphql(COLLECTION, e="red", c="model")["project"]["artifactCollection"]["id"]
            w.graphql(DELETE_COLLECTION, i={"artifactSequenceID": identity})
            assert content(w, "model", "best") is None
            assert [d["id"] for d in w.graphql(DELETED, e="red")["project"]["deletedCollections"]] == [identity]
            log(w, "model", {"f": b"two"})
            assert "EXISTS" in wire.refused(w, RESTORE_COLLECTION, i={"artifactCollectionID": identity})
            other = w.graphql(COLLECTION, e="red", c="model")["project"]["artifactCollection"]["id"]
            w.graphql(DELETE_COLLECTION, i={"artifactSequenceID": other})
            listed = succeed("deleted", "list", "--json", data=data).json()
            assert [d["kind"] for d in listed] == ["collection"] * 2, listed
            number, = [d["number"] for d in listed if d["number"] == listed[1]["number"]]
            succeed("deleted", "restore", "collection", number, data=data)
            assert content(w, "model", "best") == {"f": b"one"}
            assert command("deleted", "restore", "version", "999", data=data).status == 3
            stranger = succeed("user", "add", "eve", data=data).out.strip()
            w = wire.Wire(server.url, stranger)
            assert "NOT_FOUND" in wire.refused(w, RESTORE_COLLECTION, i={"artifactCollectionID": other})
        healthy(data)


UPDATE = """mutation($i: UpdateArtifactInput!) { updateArtifact(input: $i) {
  artifact { ttlDurationSeconds ttlIsInherited } } }"""


@test
def a_version_with_a_time_to_live_expires():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            mortal = log(w, "model", {"f": noise(40, 100_000)}, aliases=("latest", "best"))
            stays, linked = log(w, "model", {"f": b"stays"}), log(w, "model", {"f": b"linked"})
            for artifact in (mortal, linked):
                made = w.graphql(UPDATE, i={"artifactID": artifact["id"], "ttlDurationSeconds": 5 * DAY})
                assert made["updateArtifact"]["artifact"] == {"ttlDurationSeconds": 5 * DAY, "ttlIsInherited": False}
            w.graphql(wire.LINK, input={"artifactID": linked["id"], "entityName": "red", "projectName": "q",
                                        "artifactPortfolioName": "kept", "aliases": []})
            age(data, 4 * DAY)
            assert succeed("reclaim", "--json", data=data).json()["versionsExpired"] == 0
            assert content(w, "model", "best") is not None
            age(data, 2 * DAY)
            assert succeed("reclaim", "--json", data=data).json()["versionsExpired"] == 1
            assert content(w, "model", "best") is None and content(w, "model", "v0") is None
            assert content(w, "model", "v1") == {"f": b"stays"}, stays
            assert content(w, "model", "v2") == {"f": b"linked"}, "a link clears the time to live"
            age(data, 8 * DAY)
            assert succeed("reclaim", "--json", data=data).json()["deletedBytes"] > 100_000
        healthy(data)


RULE = """mutation($i: UpdateArtifactTtlRuleInput!) { updateArtifactTtlRule(input: $i) {
  expiringNow rule { defaultSeconds adminsOnly } } }"""
TTL = """query($e: String!, $c: String!) { project(name: "p", entityName: $e) { artifactCollection(name: $c) {
  artifactMembership(aliasName: "latest") { artifact { ttlDurationSeconds ttlIsInherited } } } } }"""


def life(w, collection="model"):
    found = w.graphql(TTL, e="red", c=collection)["project"]["artifactCollection"]["artifactMembership"]
    return (found["artifact"]["ttlDurationSeconds"], found["artifact"]["ttlIsInherited"]) if found else None


@test
def versions_inherit_the_time_to_live_of_their_team_or_organization():
    with folder() as data:
        key = prepare(data)
        member_key = succeed("user", "add", "bob", data=data).out.strip()
        succeed("team", "member", "set", "red", "bob", "member", data=data)
        with Server(data) as server:
            w, member = wire.Wire(server.url, key), wire.Wire(server.url, member_key)
            log(w, "model", {"f": b"one"})
            own, table, forever = log(w, "own", {"f": b"two"}), log(w, "table", {"f": b"t"}, type_name="run_table"), \
                log(w, "forever", {"f": b"three"})
            linked = log(w, "linked", {"f": b"four"})
            w.graphql(wire.LINK, input={"artifactID": linked["id"], "entityName": "red", "projectName": "q",
                                        "artifactPortfolioName": "kept", "aliases": []})
            w.graphql(UPDATE, i={"artifactID": own["id"], "ttlDurationSeconds": 20 * DAY})
            w.graphql(UPDATE, i={"artifactID": forever["id"], "ttlDurationSeconds": -2})
            assert life(w) == (-2, True) and life(w, "own") == (20 * DAY, False) and life(w, "forever") == (-2, False)
            assert "INVALID" in wire.refused(w, UPDATE, i={"artifactID": table["id"], "ttlDurationSeconds": DAY})
            assert "DENIED" in wire.refused(member, RULE, i={"entityName": "red", "defaultSeconds": DAY})
            assert "INVALID" in wire.refused(w, RULE, i={"entityName": "red", "defaultSeconds": -1})
            w.graphql(RULE, i={"entityName": "acme", "defaultSeconds": 10 * DAY})
            assert life(w) == (10 * DAY, True) and life(w, "table") == (-2, True) and life(w, "forever") == (-2, False)
            w.graphql(RULE, i={"entityName": "red", "defaultSeconds": 0})
            assert life(w) == (-2, True), "the team's own rule counts"
            age(data, 6 * DAY)
            told = w.graphql(RULE, i={"entityName": "red", "defaultSeconds": 5 * DAY, "dryRun": True})
            assert told["updateArtifactTtlRule"]["expiringNow"] == 1 and life(w) == (-2, True), told
            assert succeed("reclaim", "--json", data=data).json()["versionsExpired"] == 0
            made = w.graphql(RULE, i={"entityName": "red", "defaultSeconds": 5 * DAY, "adminsOnly": True})
            assert made["updateArtifactTtlRule"]["rule"] == {"defaultSeconds": 5 * DAY, "adminsOnly": True}
            assert "DENIED" in wire.refused(member, UPDATE, i={"artifactID": own["id"], "ttlDurationSeconds": DAY})
            assert "DENIED" in wire.refused(member, UPDATE, i={"artifactID": own["id"], "ttlDurationSeconds": -2})
            member.graphql(UPDATE, i={"artifactID": own["id"], "description": "others may still be changed"})
            w.graphql(UPDATE, i={"artifactID": own["id"], "ttlDurationSeconds": -1})
            assert life(w, "own") == (5 * DAY, True)
            assert succeed("reclaim", "--json", data=data).json()["versionsExpired"] == 2
            assert life(w) is None and life(w, "own") is None
            assert [life(w, c) is not None for c in ("table", "forever", "linked")] == [True] * 3
            young = member.log("red", "p", "young", {"f": b"young"}, str(uuid.uuid4()))
            assert young["state"] == "COMMITTED" and life(w, "young") == (5 * DAY, True)
        healthy(data)


@test
def an_operator_sets_how_long_versions_live():
    with folder() as data:
        key = prepare(data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            log(w, "model", {"f": b"one"})
            assert succeed("team", "ttl", "red", "--json", data=data).json() == {
                "name": "red", "defaultSeconds": None, "adminsOnly": False, "expiringNow": 0}
            assert "as the organization says" in succeed("team", "ttl", "red", data=data).out
            succeed("org", "ttl", "acme", "--days", "10", data=data)
            assert life(w) == (10 * DAY, True)
            assert "10 days" in succeed("org", "ttl", "acme", data=data).out
            succeed("team", "ttl", "red", "--forever", "--set-by", "admins", data=data)
            assert life(w) == (-2, True)
            assert succeed("team", "ttl", "red", "--json", data=data).json()["adminsOnly"] is True
            age(data, 6 * DAY)
            told = succeed("team", "ttl", "red", "--days", "5", "--dry-run", "--json", data=data).json()
            assert told["expiringNow"] == 1 and life(w) == (-2, True), told
            succeed("team", "ttl", "red", "--unset", data=data)
            assert life(w) == (10 * DAY, True)
            assert succeed("team", "ttl", "red", "--days", "5", "--json", data=data).json() == {
                "name": "red", "defaultSeconds": 5 * DAY, "adminsOnly": True, "expiringNow": 1}
            assert succeed("reclaim", "--json", data=data).json()["versionsExpired"] == 1
        for words in (["--days", "0"], ["--days", "x"], ["--days", "5", "--forever"], ["--set-by", "all"]):
            assert command("team", "ttl", "red", *words, data=data).status == 2, words
        assert command("team", "ttl", "nobody", data=data).status == 3
        assert command("org", "ttl", "nobody", data=data).status == 3
        healthy(data)
