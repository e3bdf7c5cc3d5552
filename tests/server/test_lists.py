"""Lists that are too long for a test to log: what they hold is written into the database."""
import contextlib
import pathlib
import sqlite3
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import wire  # noqa: E402
from vitrined import Server, folder, succeed, test  # noqa: E402

VERSIONS = """query($n: Int, $a: String, $s: String, $p: JSONString) { organization(name: "acme") { orgEntity {
  page: artifactMemberships(projectFilters: $p, first: $n, after: $a, order: $s) { pageInfo { endCursor hasNextPage }
    edges { node { versionIndex artifactCollection { id } artifact { id size createdAt } } } } } } }"""
COPIED = {"artifact": "id, client_id", "collection": "id, client_id, name"}


def columns(db, table, *left_out):
    return ", ".join(row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in left_out)


def fill(path, versions, collections):
    """Copies of one version, a few of a size and some of an age, each in every one of many collections of a registry."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db, db:
        same = columns(db, "artifact", "id", "client_id", "size_bytes", "created_us", "version")
        source, first = db.execute("SELECT max(id), max(created_us) FROM artifact").fetchone()
        for n in range(versions):
            db.execute(f"INSERT INTO artifact({same}, client_id, size_bytes, created_us, version) "
                       f"SELECT {same}, ?, ?, ?, ? FROM artifact WHERE id = ?",
                       (f"copy {n}", n * 7 % 23 * 1000, first + n * 5 % 31 * 1000000, n + 1, source))
        same = columns(db, "collection", "id", "client_id", "name")
        home, = db.execute("SELECT max(id) FROM collection WHERE kind = 1").fetchone()
        for n in range(collections):
            db.execute(f"INSERT INTO collection({same}, name) SELECT {same}, ? FROM collection WHERE id = ?", (f"c{n}", home))
        db.execute("INSERT INTO membership(collection_id, version, artifact_id, created_us) "
                   "SELECT c.id, a.id, a.id, c.created_us FROM collection c JOIN artifact a ON a.id > ? WHERE c.id > ?",
                   (source, home))


def walk(w, order, per_page, filters=None):
    rows, after = [], None
    while True:
        page = w.graphql(VERSIONS, n=per_page, a=after, s=order, p=filters)["organization"]["orgEntity"]["page"]
        rows += [(int(edge["node"]["artifact"]["size"]), edge["node"]["artifact"]["createdAt"], edge["node"]["artifact"]["id"],
                  edge["node"]["artifactCollection"]["id"]) for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return rows


@test
def versions_of_many_registries_come_by_size_and_by_age_page_by_page():
    with folder() as data:
        key = succeed("user", "add", "ann", "--admin", data=data).out.strip()
        succeed("org", "add", "acme", "--admin", "ann", data=data)
        succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
        with Server(data) as server:
            w = wire.Wire(server.url, key)
            made = w.log("red", "p", "model", {"f": b"one"}, str(uuid.uuid4()))
            w.graphql(wire.LINK, input={"artifactID": made["id"], "entityName": "acme", "projectName": "wandb-registry-model",
                                        "artifactPortfolioName": "Live", "aliases": []})
            fill(data / "vitrine.db", 101, 100)
            for order, part in (("-artifact_size", 0), ("+artifact_size", 0), ("+created_at", 1), ("-created_at", 1)):
                rows = walk(w, order, 997)
                assert len(rows) == len(set(rows)) == 10101, (order, len(rows), len(set(rows)))
                values = [row[part] for row in rows]
                assert values == sorted(values, reverse=order[0] == "-"), order
                assert walk(w, order, 4000) == rows, "a page begins where the last one ended, whatever its size"
                # Few enough to be sorted: the same order.
                with contextlib.closing(sqlite3.connect(data / "vitrine.db", timeout=30)) as db, db:
                    db.execute("UPDATE collection SET deleted_us = 1 WHERE name = 'c99'")
                    db.execute("UPDATE collection SET deleted_us = 1 WHERE name = 'c98'")
                living = walk(w, order, 997)
                kept = set(living)
                assert len(living) == 10101 - 202 and living == [row for row in rows if row in kept], order
                with contextlib.closing(sqlite3.connect(data / "vitrine.db", timeout=30)) as db, db:
                    db.execute("UPDATE collection SET deleted_us = NULL")
