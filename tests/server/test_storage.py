"""What is stored where: figures that a job counts, and what giving bytes back would bring."""
import pathlib
import random
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import wire  # noqa: E402
from aging import DAY, age, du  # noqa: E402
from test_bulk import follow  # noqa: E402
from vitrined import Server, folder, succeed, test  # noqa: E402

FIGURE = "{ versions files logicalBytes uniqueBytes isEstimated countedAt }"
FIGURES = """query($e: String!, $p: String!, $c: String!) { project(name: $p, entityName: $e) { storage %s
  artifactCollection(name: $c) { storage %s } } }""" % (FIGURE, FIGURE)
COUNT = "mutation { countStorage { job { id } } }"
RECLAIM = "mutation($i: ReclaimStorageInput!) { reclaimStorage(input: $i) { job { id dryRun } } }"
REGISTRY = "wandb-registry-model"


def prepare(data):
    key = succeed("user", "add", "ann", "--admin", data=data).out.strip()
    other = succeed("user", "add", "eve", data=data).out.strip()
    succeed("org", "add", "acme", "--admin", "ann", data=data)
    succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
    return key, other


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def log(w, project, collection, files):
    return w.log("red", project, collection, files, str(uuid.uuid4()))


def figures(w, entity, project, collection):
    found = w.graphql(FIGURES, e=entity, p=project, c=collection)["project"]
    plain = [found["storage"], (found["artifactCollection"] or {}).get("storage")]
    return [f and (f["versions"], f["files"], f["logicalBytes"], f["uniqueBytes"]) for f in plain]


@test
def figures_tell_shared_content_from_own():
    with folder() as data:
        key, other = prepare(data)
        with Server(data) as server:
            w, eve = wire.Wire(server.url, key), wire.Wire(server.url, other)
            shared = noise(1, 100_000)
            first = log(w, "p", "a", {"shared": shared, "own": noise(2, 1_000)})
            log(w, "p", "a", {"shared": shared, "again": shared, "own": noise(3, 2_000_000)})
            log(w, "p", "b", {"shared": shared})
            for place, entity in ((REGISTRY, "acme"), ("q", "red")):
                w.graphql(wire.LINK, input={"artifactID": first["id"], "entityName": entity, "projectName": place,
                                            "artifactPortfolioName": "Live", "aliases": []})
            assert figures(w, "red", "p", "a") == [None, None], "nobody has counted yet"
            follow(w, w.graphql(COUNT)["countStorage"]["job"])
            assert figures(w, "red", "p", "a") == [(4 - 1, 6, 2_401_000, 2_101_000), (2, 5, 2_301_000, 2_101_000)]
            assert figures(w, "red", "p", "b")[1] == (1, 1, 100_000, 100_000)
            assert figures(w, "acme", REGISTRY, "Live") == [(1, 2, 101_000, 101_000)] * 2
            assert figures(w, "red", "q", "Live") == [(0, 0, 0, 101_000), (1, 2, 101_000, 101_000)]
            whole = w.graphql("{ storage %s }" % FIGURE)["storage"]
            assert (whole["versions"], whole["logicalBytes"], whole["uniqueBytes"], whole["isEstimated"]) == (
                3, 2_401_000, 2_101_000, False), whole
            for query, variables in (("{ storage %s }" % FIGURE, {}), (COUNT, {}), (RECLAIM, {"i": {}})):
                try:
                    eve.graphql(query, **variables)
                    raise AssertionError(query)
                except wire.Refused as refusal:
                    assert "DENIED" in str(refusal), refusal
            assert eve.graphql(FIGURES, e="red", p="p", c="a")["project"] is None
            assert w.graphql('{ entity(name: "red") { storageBytes } }')["entity"]["storageBytes"] == 2_401_000


@test
def a_dry_run_says_what_reclaiming_brings():
    with folder() as data:
        key, _ = prepare(data)
        with Server(data, "--reclaim-minutes", "0") as server:
            w = wire.Wire(server.url, key)
            log(w, "p", "a", {"own": noise(5, 50_000)})
            gone = log(w, "p", "a", {"own": noise(6, 300_000)})
            w.graphql(wire.DELETE, input={"artifactID": gone["id"], "deleteAliases": True})
            age(data, 8 * DAY)
            asked = w.graphql(RECLAIM, i={"dryRun": True})["reclaimStorage"]["job"]
            dry = follow(w, asked)
            assert asked["dryRun"] and dry["result"]["dryRun"] and dry["result"]["deletedBytes"] >= 300_000, dry
            before = du(data)
            told = follow(w, w.graphql(RECLAIM, i={})["reclaimStorage"]["job"])
            assert told["result"]["deletedBytes"] == dry["result"]["deletedBytes"], (dry, told)
            assert told["result"]["diskBefore"] - told["result"]["diskAfter"] == before - du(data) > 300_000
