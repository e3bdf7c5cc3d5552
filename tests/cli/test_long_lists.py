"""`vitrine ls` of a version with many files: the same lines as ever, and the memory of a small one."""
import pathlib

import pytest

import command

COUNT = 5000  # more than the library keeps in memory
TAIL = "x" * 200


@pytest.fixture(scope="module")
def many(server, team, tmp_path_factory):
    """A place in whose project the version `many` has references with long names, `fewer` has fewer, and `one` has one."""
    place = command.Place(tmp_path_factory.mktemp("many"), server, team.user, team.team, "many")
    for name, count in [("many", COUNT), ("fewer", 2000), ("one", 1)]:
        place.ok("push", *(f"s3://b/{number:04}-{TAIL}" for number in range(count)), name, "-t", "dataset", "--quiet")
    return place


def names():
    return [f"{number:04}-{TAIL}" for number in range(COUNT)]


def test_all_are_listed(many):
    assert many.ok("ls", "many").lines == names()
    assert many.ok("ls", "many", "--path", "499").lines == names()[4990:]
    assert many.ok("ls", "many", "--path", "nothing").out == ""


def test_all_are_in_the_table(many):
    head, *rows = many.ok("ls", "many", "--long").lines
    assert head.split() == ["SIZE", "DIGEST", "PATH", "REFERENCE"]
    assert [row.split() for row in rows] == [["?", f"s3://b/{name}", name, f"s3://b/{name}"] for name in names()]
    starts = {tuple(row.index(f" {part}") for part in ("s3://", row.split()[2])) for row in rows}
    assert len(starts) == 1 and head.index(" DIGEST") == next(iter(starts))[0], "the columns are below one another"
    assert many.ok("ls", "many", "--long", "--path", "nothing").lines == ["SIZE  DIGEST  PATH  REFERENCE"]
    status, shown = many.terminal("ls", "one", "--long")
    assert status == 0 and "REFERENCE" in shown


def test_all_are_in_the_json(many):
    entries = many.json("ls", "many")
    assert entries == [{"path": name, "digest": f"s3://b/{name}", "reference": f"s3://b/{name}"} for name in names()]
    assert many.ok("ls", "many", "--json").out.endswith("]\n")
    assert many.ok("ls", "many", "--json", "--path", "nothing").out == "[]\n"


def peak_kib(place, *words):
    """Of a command shortly before its end: it cannot end while there is more to read than a pipe holds."""
    size = len(place.ok(*words).out)
    process = place.start(*words)
    assert size > 300_000 and len(process.stdout.read(size - 200_000)) == size - 200_000
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    process.communicate()
    assert process.returncode == 0
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def test_many_take_no_more_memory_than_fewer(many):
    """As a list in memory they would take 4 MB more, and what is printed of them 3 MB."""
    for more in [[], ["--json"], ["--long"]]:
        peaks = [peak_kib(many, "ls", name, *more) for name in ["fewer", "many"]]
        assert peaks[1] - peaks[0] < 1024, (more, peaks)
