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


@pytest.fixture
def note(request):
    """Figures for who wants them: $VITRINE_LOGS/cli-faults.txt."""
    def write(text):
        logs = os.environ.get("VITRINE_LOGS")
        if logs:
            with open(os.path.join(logs, "cli-faults.txt"), "a") as file:
                print(f"{request.node.name}: {text}", file=file)
    return write


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
    through.settle()
    for number in range(20):
        assert place.tree(f"here-{number}") == place.tree("d")
    size = sum(map(len, files.values()))
    of_files = {path: body for path, body in through.downloads.items() if "manifest" not in path}
    assert len(of_files) == len(files) and all(body.requests == 1 for body in of_files.values()), \
        {path: body.requests for path, body in of_files.items()}
    assert through.total(of_files) == size


def fill(place, seed):
    rnd = random.Random(seed)
    for number in range(30):
        place.write(f"d/small-{number}", rnd.randbytes(rnd.randint(0, 40_000)))
    for number in range(8):
        place.write(f"d/large-{number}", rnd.randbytes(4 * MIB + number))
    return sum(len(content) for content in place.tree("d").values())


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_push_and_pull_over_a_wire_that_is_cut(place, new_place, proxy, seed, note):
    """Every connection is cut after a random number of bytes. What the cut wire carried goes again, nothing else."""
    size = fill(place, seed)
    cut = [(1000, 12 * MIB), (1000, 6 * MIB), (300_000, 5 * MIB), (20_000, 9 * MIB)][seed - 1]
    through = proxy(cut=cut, seed=seed)
    place.ok("push", "d", "thing", "-t", "model", VITRINE_BASE_URL=through.url)
    through.settle()
    assert through.cuts > 1
    through.check_repeats(through.uploads)
    sent = through.total(through.uploads)
    assert size <= sent <= size + through.lost + 64_000, (size, sent, through.lost)  # and the manifest
    note(f"push: {size} bytes, {through.cuts} cuts, {sent} sent, {through.lost} of them on wires that were cut")
    other = new_place()
    through = proxy(cut=cut, seed=seed)
    other.ok("pull", "thing", "--root", "here", "--no-cache", VITRINE_BASE_URL=through.url)
    through.settle()
    assert through.cuts > 1
    through.check_repeats(through.downloads)
    came = through.total(through.downloads)
    # It goes on behind the last byte that came: again comes what had left the proxy and did not arrive.
    assert size <= came <= size + through.cuts * 128_000 + 64_000, (size, came, through.lost)
    note(f"pull: {size} bytes, {through.cuts} cuts, {came} came, {through.lost} of them on wires that were cut")
    assert other.tree("here") == place.tree("d")
    no_leftovers(other.work)
    other.ok("verify", "thing", "here", "--strict")


KILLS = 25  # of each of the two, fifty in all


def kill_at_random(place, rnd, words, longest_s, **environment):
    """Starts it and kills it; -> whether that was before its end."""
    process = place.start(*words, **environment)
    time.sleep(rnd.uniform(0.005, longest_s))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


def test_killed_pulls_go_on(place, new_place, proxy, note):
    """What has its name is whole, and no byte comes again more than once for each kill."""
    size = fill(place, 4)
    place.ok("push", "d", "thing", "-t", "model")
    right = place.tree("d")
    rnd = random.Random(4)
    kills = 0
    while kills < KILLS:
        other = new_place()
        through = proxy(rate=40 * MIB)
        words = ["pull", "thing", "--root", "here", *(["--no-cache"] if rnd.random() < 0.5 else [])]
        killed = 0
        while kills + killed < KILLS and kill_at_random(other, rnd, words, 0.6, VITRINE_BASE_URL=through.url):
            killed += 1
            for name, content in other.tree("here").items() if (other.work / "here").exists() else []:
                assert name.endswith(".vitrine-part") or content == right[name], name
        other.ok(*words, VITRINE_BASE_URL=through.url)
        through.settle()
        of_files = {path: body for path, body in through.downloads.items() if "manifest" not in path}
        assert all(body.most_often() <= 1 + killed for body in of_files.values())
        came = through.total(of_files)
        # Besides what the wires carried that a kill cut: eight pieces that had just come, and were not written yet.
        assert size <= came <= size + through.lost + killed * 8 * 4 * MIB, (size, came, through.lost, killed)
        note(f"pull: {size} bytes, {killed} kills, {came} came, {through.lost} of them on wires that were cut")
        kills += killed
        assert other.tree("here") == right
        other.ok("verify", "thing", "here", "--strict")
        assert other.json("cache", "prune", "--check")["files_removed"] == 0


def test_killed_pushes_go_on(place, new_place, proxy, note):
    """Each push has something new; what the server has is not sent again, whoever of them sent it."""
    size = fill(place, 5)
    rnd = random.Random(5)
    through = proxy(rate=5 * MIB)
    kills = pushes = 0
    while kills < KILLS:
        pushes += 1
        place.write("d/changing", rnd.randbytes(3 * MIB))
        kills += kill_at_random(place, rnd, ["push", "d", "thing", "-t", "model"], 1.2, VITRINE_BASE_URL=through.url)
    last = place.ok("push", "d", "thing", "-t", "model", VITRINE_BASE_URL=through.url).out.strip()
    through.settle()
    sent = through.total(through.uploads)
    assert all(body.most_often() <= 1 + kills for body in through.uploads.values())
    note(f"push: {size} bytes and {pushes} times {3 * MIB}, {kills} kills, {sent} sent, {through.lost} of them on wires that "
         "were cut")
    assert sent <= size + pushes * (3 * MIB + 64_000) + through.lost + kills * MIB, (size, pushes, sent, through.lost)
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
