"""Many at once, wires that are cut, processes that are killed: everything still comes out whole."""
import os
import random
import signal
import time

import pytest

import wire_cut

MIB = 1 << 20


@pytest.fixture
def proxy(server):
    made = []

    def make(**options):
        made.append(wire_cut.Proxy(server.url, **options))
        return made[-1]
    yield make
    for one in made:
        one.close()


def no_leftovers(folder):
    assert not [p for p in folder.rglob("*") if p.name.endswith(".vitrine-part")]


def test_twenty_pulls_at_once_download_each_file_once(place, proxy):
    files = {f"d/{n}": os.urandom(200_000 + n) for n in range(12)}
    files["d/large"] = os.urandom(6 * MIB)
    for name, content in files.items():
        place.write(name, content)
    place.ok("push", "d", "thing", "-t", "model")
    through = proxy()
    pulls = [place.start("pull", "thing", "--root", f"here-{n}", VITRINE_BASE_URL=through.url) for n in range(20)]
    for process in pulls:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    for number in range(20):
        assert place.tree(f"here-{number}") == place.tree("d")
    size = sum(map(len, files.values()))
    # Each file once; besides, twenty times the questions and the manifest.
    assert size < through.down < size + 20 * 64_000, (through.down, size)


def fill(place, seed):
    rnd = random.Random(seed)
    for number in range(30):
        place.write(f"d/small-{number}", rnd.randbytes(rnd.randint(0, 40_000)))
    for number in range(8):
        place.write(f"d/large-{number}", rnd.randbytes(4 * MIB + number))
    return sum(len(content) for content in place.tree("d").values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_push_and_pull_over_a_wire_that_is_cut(place, new_place, proxy, seed):
    size = fill(place, seed)
    least, most = 1000, 12 * MIB
    through = proxy(cut=(least, most), seed=seed)
    place.ok("push", "d", "thing", "-t", "model", VITRINE_BASE_URL=through.url)
    assert through.cuts > 1
    # What was on the wire when it was cut goes again, and nothing else does.
    assert through.up < size + through.cuts * most + 20 * through.connections * 4096
    other = new_place()
    through = proxy(cut=(least, most), seed=seed)
    other.ok("pull", "thing", "--root", "here", "--no-cache", VITRINE_BASE_URL=through.url)
    assert through.cuts > 1
    assert other.tree("here") == place.tree("d")
    no_leftovers(other.work)
    other.ok("verify", "thing", "here", "--strict")
    # A download goes on where it was: the same bytes come again only as far as they were on their way.
    assert through.down < size + through.cuts * 300_000 + 200_000, (through.down, size, through.cuts)


def kill_at_random(place, rnd, times, words, longest_s):
    """Starts it `times` times and kills it; -> how often it was done before."""
    done = 0
    for _ in range(times):
        process = place.start(*words)
        time.sleep(rnd.uniform(0.005, longest_s))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        done += process.returncode == 0
        assert process.returncode in (0, -signal.SIGKILL)
    return done


def took(place, *words):
    began = time.monotonic()
    place.ok(*words)
    return time.monotonic() - began


def test_killed_pulls_go_on(place, new_place):
    """Fifty times in all with the pushes below: what has its name is whole, whatever was cut short."""
    fill(place, 4)
    place.ok("push", "d", "thing", "-t", "model")
    right = place.tree("d")
    whole_s = took(new_place(), "pull", "thing", "--root", "here", "--no-cache")
    other = new_place()
    rnd = random.Random(4)
    for number in range(25):
        words = ["pull", "thing", "--root", "here", *(["--no-cache"] if number % 2 else [])]
        kill_at_random(other, rnd, 1, words, whole_s)
        for name, content in other.tree("here").items() if (other.work / "here").exists() else []:
            assert name.endswith(".vitrine-part") or content == right[name], name
        if number % 5 == 4:
            for path in (other.work / "here").rglob("*"):
                if path.is_file() and rnd.random() < 0.3:
                    path.unlink()
    other.ok("pull", "thing", "--root", "here")
    assert other.tree("here") == right
    other.ok("verify", "thing", "here", "--strict")
    assert other.json("cache", "prune", "--check")["files_removed"] == 0


def test_killed_pushes_go_on(place, new_place):
    fill(place, 5)
    place.ok("push", "d", "measure", "-t", "model")
    rnd = random.Random(5)
    for number in range(25):
        place.write("d/changing", rnd.randbytes(3 * MIB))
        kill_at_random(place, rnd, 1, ["push", "d", "thing", "-t", "model"], 0.3)
    last = place.ok("push", "d", "thing", "-t", "model").out.strip()
    other = new_place()
    other.ok("pull", last, "--root", "here")
    assert other.tree("here") == place.tree("d")
    other.ok("verify", last, "here", "--strict")
    # Every version that there is, is whole.
    for version in other.json("collection", "show", "thing")["versions"]:
        other.ok("pull", f"thing:{version['version']}", "--root", version["version"])


def test_a_file_that_changes_while_it_is_pushed(place):
    """Either the old or the new content, or a refusal; never a mixture under a digest."""
    import threading
    path = place.write("f", b"a" * (64 * MIB))
    stop = threading.Event()

    def change():
        while not stop.is_set():
            path.write_bytes(os.urandom(64) + b"b" * (64 * MIB))
            time.sleep(0.01)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        result = place.run("push", "f", "thing", "-t", "model")
    finally:
        stop.set()
        thread.join()
    assert result.status in (0, 4, 10, 11), result
    if result.status == 0:
        place.ok("pull", "thing", "--root", "here")


def test_server_goes_away_and_comes_back(place, proxy):
    """Connections are refused for a while: the command waits and says so."""
    fill(place, 6)
    away = proxy()
    port = int(away.url.rpartition(":")[2])
    away.close()
    process = place.start("push", "d", "thing", "-t", "model", VITRINE_BASE_URL=away.url)
    time.sleep(2.5)
    proxy(port=port)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert "trying again" in err and out.endswith("thing:v0\n")
