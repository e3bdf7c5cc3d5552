#!/usr/bin/env python3
"""Fills a registry with very many linked versions, quickly.

usage: bench/load.py DATA COLLECTIONS

DATA is a data directory that holds a template: the sequence team/bench/model with VERSIONS versions,
all of them linked into the collection Bench of the registry (rows_scale.py makes it with a client).
Each copy is one more sequence and one more collection of the registry, with rows of its own in every
table that the template has rows in: collections, artifacts, manifests, uploads, memberships,
aliases, events. Only the files' bytes are shared, as they would be if many teams logged the same. So `vitrined
check` finds nothing to complain about. Metadata differ from version to version.

Versions are numbered as if all collections had grown at the same time, version by version: the
rows of one collection lie far from each other, which is the slow case.

At the end each collection of the registry gets a few more versions, one after the other in no order (age()):
indexes that are made at once are full to the brim, and the first change of each of their pages would split it. Those of a
registry that has grown are not.

No server may run. It is SQL over the file: without a journal, indexes made at the end. When it is
interrupted the directory is lost.
"""
import pathlib
import random
import sqlite3
import sys

VERSIONS = 100               # in each collection
LONG = "Everything"          # a collection of the registry that links very many versions, each by its own number
AGE = 3                      # versions more that each collection gets at the end
MIX = 2654435761             # spreads consecutive numbers

# Each of these has an index or more that is made again at the end.
GROWING = ("artifact", "manifest", "artifact_blob", "membership", "alias", "event")


def metadata(n):
    """JSON of the version whose number among all is n; `serial` is of its own, `dataset` one of a thousand."""
    return (f"json_object('accuracy', {n} * {MIX} % 1000003 / 1000003.0, 'epochs', {n} % 50, 'dataset', 'set-' || ({n} % 1000), "
            f"'framework', CASE {n} % 3 WHEN 0 THEN 'torch' WHEN 1 THEN 'jax' ELSE 'tensorflow' END, "
            f"'serial', {n}, 'config', json_object('lr', ({n} % 17 + 1) / 1000.0, 'layers', {n} % 7))")


def columns(db, table, **changed):
    """-> the names and what to select for them: the template's own (t.), but for those that are named"""
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    assert set(changed) <= set(names), changed
    return ", ".join(names), ", ".join(changed.get(name, f"t.{name}") for name in names)


class Loader:
    def __init__(self, path, copies):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.copies = copies
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-400000",
                       "temp_store=MEMORY", "foreign_keys=OFF"):
            self.db.execute(f"PRAGMA {pragma}").fetchall()

    def one(self, sql, *values):
        return self.db.execute(sql, values).fetchone()[0]

    def copy(self, table, source, order, **changed):
        names, values = columns(self.db, table, **changed)
        self.db.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} ORDER BY {order}")

    def look_at_template(self):
        db = self.db
        self.sequence = self.one("SELECT id FROM collection WHERE kind = 0 AND name = 'model'")
        self.portfolio = self.one("SELECT id FROM collection WHERE kind = 1 AND name = 'Bench'")
        assert self.one("SELECT count(*) FROM membership WHERE collection_id = ?", self.portfolio) == VERSIONS
        # The numbers that copies begin behind.
        self.base = {table: self.one(f"SELECT coalesce(max(id), 0) FROM {table}")
                     for table in ("collection", "artifact", "manifest", "alias", "event")}
        db.execute("CREATE TEMP TABLE copy (k INTEGER PRIMARY KEY)")  # k is 1, 2, 3...
        db.execute("WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ?) "
                   "INSERT INTO copy SELECT k FROM n", (self.copies,))
        db.execute("CREATE TEMP TABLE member (artifact_id INTEGER PRIMARY KEY, v INTEGER)")
        db.execute("INSERT INTO member SELECT artifact_id, version FROM membership WHERE collection_id = ?",
                   (self.sequence,))

    def collection_of(self, column):
        return (f"CASE {column} WHEN {self.sequence} THEN {self.base['collection']} + 2 * k - 1 "
                f"WHEN {self.portfolio} THEN {self.base['collection']} + 2 * k END")

    def artifact_of(self, version="v"):
        return f"{self.base['artifact']} + {version} * {self.copies} + k"

    def fill(self):
        ours = f"collection_id IN ({self.sequence}, {self.portfolio})"
        base, copies, artifact = self.base, self.copies, self.artifact_of()
        collection = self.collection_of("t.collection_id")
        self.copy("collection", f"copy CROSS JOIN collection t WHERE t.id IN ({self.sequence}, {self.portfolio})", "k, t.id",
                  id=self.collection_of("t.id"), name="printf(CASE t.kind WHEN 0 THEN 'model-%05d' ELSE 'Model %05d' END, k)",
                  updated_us="t.updated_us + k", created_us="t.created_us + k")
        # In the order of their numbers: version by version.
        self.copy("artifact", "member CROSS JOIN artifact t CROSS JOIN copy WHERE t.id = member.artifact_id", "v, k",
                  id=artifact, sequence_id=f"{base['collection']} + 2 * k - 1", client_id="lower(hex(randomblob(64)))",
                  metadata=metadata(f"(v * {copies} + k)"),
                  created_us="t.created_us + k", updated_us="t.updated_us + k", committed_us="t.committed_us + k")
        self.db.execute("CREATE TEMP TABLE manifests AS SELECT m.*, v, row_number() OVER (ORDER BY m.id) - 1 AS i "
                        "FROM manifest m JOIN member ON member.artifact_id = m.artifact_id")
        self.copy("manifest", "manifests t CROSS JOIN copy", "i, k", id=f"{base['manifest']} + i * {copies} + k",
                  artifact_id=artifact)
        self.copy("artifact_blob", "artifact_blob t JOIN member ON member.artifact_id = t.artifact_id CROSS JOIN copy",
                  "t.digest, t.algorithm, t.project_id, 4", artifact_id=artifact)
        # What the triggers would have written.
        self.db.execute("INSERT INTO metadata_term SELECT DISTINCT key, value, artifact_id FROM artifact_term "
                        "WHERE artifact_id > ? ORDER BY 1, 2, 3", (base["artifact"],))
        self.copy("membership", f"copy CROSS JOIN membership t JOIN member ON member.artifact_id = t.artifact_id WHERE {ours}",
                  "1, 2", collection_id=collection, artifact_id=artifact, created_us="t.created_us + k")
        self.db.execute("CREATE TEMP TABLE aliases AS SELECT *, row_number() OVER (ORDER BY id) - 1 AS i FROM alias "
                        f"WHERE {ours}")
        self.copy("alias", "aliases t CROSS JOIN copy", "i, k", id=f"{base['alias']} + i * {copies} + k",
                  collection_id=collection)
        self.db.execute("CREATE TEMP TABLE events AS SELECT event.*, v, row_number() OVER (ORDER BY id) - 1 AS i "
                        f"FROM event LEFT JOIN member ON member.artifact_id = event.artifact_id WHERE {ours}")
        self.copy("event", "events t CROSS JOIN copy", "i, k", id=f"{base['event']} + i * {copies} + k",
                  collection_id=collection, artifact_id=f"CASE WHEN t.artifact_id IS NOT NULL THEN {artifact} END")

    def age(self):
        """Links AGE versions more into each collection, with the rows that the server would write."""
        db, chance = self.db, random.Random(self.copies)
        linked, removed, added = (columns(db, "event", collection_id="?", version="?", artifact_id=artifact, alias=alias,
                                          at_us="t.at_us + ?", id="NULL")
                                  for artifact, alias in (("?", "NULL"), ("NULL", "'latest'"), ("?", "'latest'")))
        events = {action: self.one("SELECT min(id) FROM event WHERE action = ? AND collection_id = ?", action, self.portfolio)
                  for action in ("version_linked", "alias_removed", "alias_added")}
        turns = [(k, turn) for turn in range(AGE) for k in range(1, self.copies + 1)]
        chance.shuffle(turns)
        nexts = {}
        for at, (k, turn) in enumerate(turns):
            collection = self.base["collection"] + 2 * k
            version = nexts.get(k, VERSIONS)
            nexts[k] = version + 1
            other = (k + 1 + turn * 7919 % max(1, self.copies - 1) - 1) % self.copies + 1
            if other == k:
                other = k % self.copies + 1
            artifact = self.base["artifact"] + (at + turn) % VERSIONS * self.copies + other
            if db.execute("INSERT OR IGNORE INTO membership (collection_id, version, artifact_id, created_by, created_us) "
                          "SELECT ?, ?, ?, created_by, created_us + ? FROM membership WHERE collection_id = ? AND version = 0",
                          (collection, version, artifact, at, self.portfolio)).rowcount == 0:
                nexts[k] = version
                continue
            db.execute("UPDATE collection SET next_version = ?, version_count = version_count + 1 WHERE id = ?",
                       (version + 1, collection))
            db.execute("UPDATE alias SET version = ? WHERE collection_id = ? AND alias = 'latest'", (version, collection))
            for (names, values), action, numbers in (
                    (linked, "version_linked", {"version": version, "artifact_id": artifact}),
                    (removed, "alias_removed", {"version": version - 1}),
                    (added, "alias_added", {"version": version, "artifact_id": artifact})):
                order = [name for name in names.split(", ") if name in ("at_us", "collection_id", "version", "artifact_id")]
                have = {"at_us": at, "collection_id": collection} | numbers
                db.execute(f"INSERT INTO event ({names}) SELECT {values} FROM event t WHERE id = ?",
                           [have[name] for name in order if name in have] + [events[action]])

    def add_long(self, links):
        """One collection of the registry that holds `links` versions."""
        last = links - 1
        number = self.one("SELECT max(id) + 1 FROM collection")
        self.copy("collection", f"collection t WHERE t.id = {self.portfolio}", "1", id=str(number), name=f"'{LONG}'",
                  next_version=str(links), version_count=str(links))
        first = self.base["artifact"] + 1
        self.db.execute("INSERT INTO membership SELECT ?, a.id - ?, a.id, m.created_by, m.created_us FROM artifact a "
                        "CROSS JOIN membership m WHERE m.collection_id = ? AND m.version = 0 "
                        "AND a.id BETWEEN ? AND ? + ? ORDER BY 2", (number, first, self.portfolio, first, first, last))
        self.db.execute("INSERT INTO alias (collection_id, alias, version, created_us) "
                        "SELECT ?, 'latest', ?, created_us FROM collection WHERE id = ?", (number, last, number))
        names = "at_us, account_id, action, org_id, entity_id, project_id"
        self.db.execute(f"INSERT INTO event ({names}, collection_id, version, artifact_id) SELECT e.at_us, e.account_id, "
                        "e.action, e.org_id, e.entity_id, e.project_id, m.collection_id, m.version, m.artifact_id "
                        "FROM membership m CROSS JOIN event e WHERE m.collection_id = ? AND e.id = (SELECT min(id) FROM event "
                        "WHERE action = 'version_linked')", (number,))

    def run(self, long_links):
        db = self.db
        self.look_at_template()
        indexes = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN "
                             f"({', '.join('?' * len(GROWING))})", GROWING).fetchall()
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        db.execute("BEGIN")
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for name, _ in indexes:
            db.execute(f"DROP INDEX {name}")
        self.fill()
        if long_links:
            self.add_long(long_links)
        for _, sql in indexes + triggers:
            db.execute(sql)
        self.age()
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        db.close()


def load(data, copies, long_links=0):
    """Adds `copies` collections; with long_links also one that holds so many of their versions."""
    Loader(pathlib.Path(data) / "vitrine.db", copies).run(long_links)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    load(sys.argv[1], int(sys.argv[2]))
