"""vitrined check finds what was damaged behind its back, and nothing else."""
import contextlib
import sqlite3

import wire
import work
from vitrined import Server, command, folder, test

SMALL, LARGE = b"small " * 100, b"large " * 40_000


def fill(data):
    key = work.prepare(data)
    with Server(data) as server:
        client = wire.Wire(server.url, key)
        for number in range(3):
            files = {"a.txt": SMALL, "weights.bin": LARGE, f"dir/{number}": b"%d" % number}
            artifact = client.log(work.ENTITY, work.PROJECT, "alpha", files, f"client {number}")
        client.graphql(wire.LINK, input={"artifactID": artifact["id"], "entityName": work.ORG,
                                         "projectName": work.REGISTRY, "artifactPortfolioName": work.PORTFOLIO,
                                         "aliases": []})
        client.close()


def check(data, *options):
    """-> (exit status, kinds of damage)"""
    result = command("check", "--json", *options, data=data)
    return result.status, {found["kind"] for found in result.json()["damage"]}


@contextlib.contextmanager
def database(path):
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def damaged(*statements, name="vitrine.db", options=()):
    """What check says after these statements were run on a fresh registry."""
    with folder() as data:
        fill(data)
        assert check(data, "--read-data") == (0, set())
        with database(data / name) as rows:
            for statement in statements:
                assert rows.execute(statement).rowcount > 0, statement
        return check(data, *options)


@test
def check_is_quiet_beside_a_server():
    with folder() as data:
        fill(data)
        with Server(data):
            assert check(data, "--read-data") == (0, set())
        text = command("check", data=data)
        assert text.status == 0 and text.out.startswith("3 versions with 9 files and 0 references"), text.out


@test
def check_counts_what_it_read():
    with folder() as data:
        fill(data)
        result = command("check", "--json", "--read-data", data=data).json()
        assert (result["versions"], result["files"]) == (3, 9) and result["bytesRead"] >= len(SMALL) + len(LARGE), result


@test
def check_finds_a_missing_small_blob():
    assert damaged(f"DELETE FROM blob WHERE size = {len(SMALL)}", name="blobs/small.db") == (1, {"file", "upload"})


@test
def check_finds_a_missing_large_blob_and_names_it():
    with folder() as data:
        fill(data)
        next((data / "blobs/large").glob("??/*")).unlink()
        result = command("check", data=data)
        assert result.status == 1, result.out
        assert "team/faults/alpha:v1/weights.bin: The stored bytes are missing" in result.out, result.out


@test
def check_finds_a_truncated_large_blob():
    with folder() as data:
        fill(data)
        with open(next((data / "blobs/large").glob("??/*")), "r+b") as file:
            file.truncate(len(LARGE) - 1)
        assert check(data) == (1, {"file", "upload"})


@test
def check_finds_a_flipped_bit_only_when_it_reads():
    with folder() as data:
        fill(data)
        with open(next((data / "blobs/large").glob("??/*")), "r+b") as file:
            file.seek(100_000)
            byte = file.read(1)[0]
            file.seek(100_000)
            file.write(bytes([byte ^ 4]))
        assert check(data) == (0, set())
        assert check(data, "--read-data") == (1, {"upload"})


@test
def check_finds_changed_small_bytes():
    status, kinds = damaged("UPDATE blob_bytes SET data = CAST(replace(CAST(data AS TEXT), 'small', 'SMALL') AS BLOB) "
                            "WHERE substr(CAST(data AS TEXT), 1, 5) = 'small'", name="blobs/small.db", options=["--read-data"])
    assert (status, kinds) == (1, {"upload"}), (status, kinds)


@test
def check_finds_a_lost_manifest():
    assert damaged("UPDATE artifact SET manifest_sha256 = zeroblob(32) WHERE version = 1") == (1, {"manifest"})


@test
def check_finds_a_lost_index():
    status, kinds = damaged("UPDATE artifact SET index_sha256 = zeroblob(32) WHERE version = 1")
    assert status == 1 and "index" in kinds, kinds


@test
def check_finds_the_index_of_another_version():
    status, kinds = damaged("UPDATE artifact SET (index_sha256, index_size) = "
                            "(SELECT index_sha256, index_size FROM artifact WHERE version = 0) WHERE version = 1")
    assert (status, kinds) == (1, {"index", "digest"}), kinds


@test
def check_finds_the_manifest_of_another_version_when_it_reads():
    status, kinds = damaged("UPDATE artifact SET (manifest_sha256, manifest_size) = "
                            "(SELECT manifest_sha256, manifest_size FROM artifact WHERE version = 0) WHERE version = 1",
                            options=["--read-data"])
    assert (status, kinds) == (1, {"manifest"}), kinds


@test
def check_finds_an_alias_that_points_nowhere():
    assert damaged("UPDATE alias SET version = 77 WHERE alias = 'latest'") == (1, {"alias"})


@test
def check_finds_a_version_that_left_its_collection():
    status, kinds = damaged("DELETE FROM membership WHERE version = 1")
    assert (status, kinds) == (1, {"homeless", "count"}), kinds


@test
def check_finds_a_shown_version_that_is_not_committed():
    status, kinds = damaged("UPDATE artifact SET state = 0 WHERE version = 1")
    assert (status, kinds) == (1, {"uncommitted"}), kinds


@test
def check_finds_a_gap_and_a_number_beyond():
    assert damaged("UPDATE collection SET next_version = 9 WHERE name = 'alpha'") == (1, {"number-gap"})
    status, kinds = damaged("UPDATE collection SET next_version = 0 WHERE kind = 1")
    assert (status, kinds) == (1, {"number-beyond"}), kinds


@test
def check_finds_one_content_twice():
    status, kinds = damaged("UPDATE artifact SET digest = (SELECT digest FROM artifact WHERE version = 0) WHERE version = 1")
    assert status == 1 and "content-twice" in kinds, kinds


@test
def check_finds_a_damaged_database():
    with folder() as data:
        fill(data)
        size = (data / "vitrine.db").stat().st_size
        with open(data / "vitrine.db", "r+b") as file:
            file.seek(size // 2 // 4096 * 4096)
            file.write(b"\xff" * 4096)
        result = command("check", data=data)
        assert result.status == 1, (result.status, result.out, result.err)
