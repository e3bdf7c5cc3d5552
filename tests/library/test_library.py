"""libvitrine against a server: tests/library/probe.c and torture.c do the work, this looks at what came of it."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time

from vitrined import BUILD, clean_environment, folder, test
from wire_cutter import WireCutter

ROOT = pathlib.Path(__file__).resolve().parents[2]
# With sanitizers, for one; the server is that of BUILD.
PROGRAMS = pathlib.Path(os.environ.get("VITRINE_LIBRARY_BUILD") or BUILD).resolve() / "tests/library"
PROBE = PROGRAMS / "library_probe"
TORTURE = PROGRAMS / "library_torture"
HEADERS = sorted((ROOT / "include/vitrine").glob("*.h"))


class Place:
    """A server, a key, and a directory; probe() runs the probe there."""

    def __init__(self, home):
        self.home, self.data = home.parent, home
        first = subprocess.Popen([str(BUILD / "vitrined"), "serve", "--data", str(home), "--listen", "127.0.0.1:0",
                                  "--first-run"], stdout=subprocess.PIPE, stderr=open(self.home / "log", "w"), text=True,
                                 env=clean_environment())
        said = ""
        for line in first.stdout:
            said += line
            if line.startswith("listening on "):
                break
        self.process, self.url = first, said.split()[-1]
        self.host = self.url.removeprefix("http://")
        self.key = re.search(r"WANDB_API_KEY=(\S+)", said).group(1)

    def log_text(self):
        return (self.home / "log").read_text()

    def operate(self, *words):
        done = subprocess.run([str(BUILD / "vitrined"), *words, "--data", str(self.data)], capture_output=True, text=True,
                              env=clean_environment(), timeout=60)
        assert done.returncode == 0, (words, done.stderr)

    def environment(self, url=None, cache="cache", **more):
        return clean_environment(VITRINE_BASE_URL=url or self.url, VITRINE_API_KEY=self.key, VITRINE_ENTITY="team",
                                 VITRINE_PROJECT="library", VITRINE_CACHE_DIR=str(self.home / cache),
                                 HOME=str(self.home), **more)

    def start(self, *words, limit=None, **options):
        """limit: how many descriptors it may have"""
        few = ["prlimit", f"--nofile={limit}"] if limit else []
        return subprocess.Popen([*few, str(PROBE), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment(**options))

    def probe(self, *words, want=0, **options):
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=120)
        assert process.returncode == want, (words, process.returncode, out, err)
        return out if want == 0 else err

    def tree(self, name, files):
        for path, data in files.items():
            (self.home / name / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / name / path).write_bytes(data)
        return self.home / name


@contextlib.contextmanager
def place():
    with folder() as data:
        here = Place(data)
        try:
            yield here
        finally:
            here.process.send_signal(signal.SIGTERM)
            here.process.wait(timeout=60)
            here.process.stdout.close()


def content_of(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def declared():
    text = "".join(re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S) for header in HEADERS)
    return {name for name in re.findall(r"\b(vitrine_[a-z_]+)\(", text)}


@test
def library_headers_compile_as_c99_and_as_cxx():
    for header in HEADERS:
        for words in (["cc", "-std=c99", "-x", "c"], ["c++", "-std=c++11", "-x", "c++"]):
            done = subprocess.run([words[0], "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", f"-I{ROOT}/include",
                                   *words[1:], str(header)], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


@test
def library_shows_what_its_headers_declare_and_nothing_else():
    library = BUILD / "src/client/library/libvitrine.so"
    lines = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=True).stdout
    shown = {line.split()[2].split("@")[0] for line in lines.splitlines() if line.split()[1] in "TDBRVW"}
    assert shown == declared(), shown ^ declared()
    static = BUILD / "src/client/library/libvitrine.a"
    lines = subprocess.run(["nm", "-g", "--defined-only", str(static)], capture_output=True, text=True, check=True).stdout
    shown = {line.split()[2] for line in lines.splitlines() if len(line.split()) == 3}
    assert shown == declared(), shown ^ declared()


@test
def library_tells_a_whole_story():
    with place() as here:
        assert here.probe("story", "local") == "ok\n"


@test
def library_takes_files_there_and_back():
    files = {"empty": b"", "a b/ü%?#&.txt": b"odd name", "one": b"1", "middle": os.urandom(300_000), "large": os.urandom(40_000_000)}
    with place() as here:
        source = here.tree("in", files)
        first = here.probe("log", "back", source)
        assert first.startswith("team/library/back:v0 ")
        assert here.probe("log", "back", source) == first, "the same content is the same version"
        assert here.probe("pull", "back", here.home / "out") == "files=5 skipped=0\n"
        assert content_of(here.home / "out") == files
        assert here.probe("pull", "back:v0", here.home / "out") == "files=5 skipped=5\n"
        assert here.probe("pull", "back:v0", here.home / "again") == "files=5 skipped=5\n", "from the cache"
        assert here.probe("pull", "back:v0", here.home / "bare", NO_CACHE="1") == "files=5 skipped=0\n"
        assert content_of(here.home / "again") == files == content_of(here.home / "bare")
        assert here.probe("cat", "back", "one") == "1"


@test
def library_notices_damage():
    with place() as here:
        here.probe("log", "damage", here.tree("in", {"file": b"right bytes", "other": b"other bytes"}))
        here.probe("pull", "damage", here.home / "out")
        (here.home / "out/file").write_bytes(b"wrong bytes")
        (here.home / "out/more").write_bytes(b"too many")
        assert here.probe("pull", "damage", here.home / "out") == "files=2 skipped=2\n"
        assert content_of(here.home / "out") == {"file": b"right bytes", "other": b"other bytes"}
        for path in (here.home / "cache/obj").rglob("*"):
            if path.is_file():
                path.write_bytes(b"x" * path.stat().st_size)
        assert here.probe("pull", "damage", here.home / "fresh") == "files=2 skipped=0\n", "a damaged cache is not trusted"
        assert content_of(here.home / "fresh") == content_of(here.home / "out")


@test
def library_goes_on_over_a_wire_that_is_cut():
    files = {f"f{i}": os.urandom(50_000) for i in range(40)} | {"large": os.urandom(30_000_000)}
    with place() as here:
        here.probe("log", "cut", here.tree("in", files))
        cutter = WireCutter(here.host, cut_after=2_500_000)
        here.probe("pull", "cut", here.home / "out", url=cutter.url, NO_CACHE="1")
        assert content_of(here.home / "out") == files
        assert cutter.cuts >= 8, cutter.cuts
        assert cutter.down < 1.5 * 32_000_000, f"{cutter.down} bytes came for 32 million"
        cutter.close()


@test
def library_goes_on_after_kill_9():
    size = 160_000_000
    with place() as here:
        here.probe("log", "killed", here.tree("in", {"large": os.urandom(size)}))
        cutter = WireCutter(here.host, slow=lambda passed: time.sleep(0.002))
        process = here.start("pull", "killed", here.home / "out", url=cutter.url, NO_CACHE="1")
        while cutter.down < 0.6 * size:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.kill()
        process.communicate()
        assert not (here.home / "out/large").exists(), "a name only for the whole"
        assert [path.name for path in (here.home / "out").iterdir()] == [".large.vitrine-part"]
        came = cutter.down
        here.probe("pull", "killed", here.home / "out", url=cutter.url, NO_CACHE="1")
        assert content_of(here.home / "out") == content_of(here.home / "in")
        # What was under way is lost, eight segments of 8 MiB at most.
        assert cutter.down - came < size - (0.6 * size - 8 * 8 * 1024 * 1024) + 3_000_000, cutter.down - came
        cutter.close()


@test
def library_does_not_trust_a_part_that_was_changed():
    with place() as here:
        here.probe("log", "part", here.tree("in", {"large": os.urandom(60_000_000)}))
        cutter = WireCutter(here.host, slow=lambda passed: time.sleep(0.002))
        process = here.start("pull", "part", here.home / "out", url=cutter.url, NO_CACHE="1")
        while cutter.down < 50_000_000 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        part = here.home / "out/.large.vitrine-part"
        if part.exists():
            with open(part, "r+b") as file:
                file.write(b"damage")
        here.probe("pull", "part", here.home / "out")
        assert content_of(here.home / "out") == content_of(here.home / "in")
        cutter.close()


@test
def library_downloads_once_for_twenty_processes():
    files = {f"d{i % 7}/f{i}": os.urandom(3000 + i) for i in range(300)} | {"large": os.urandom(20_000_000)}
    with place() as here:
        here.probe("log", "many", here.tree("in", files))
        cutter = WireCutter(here.host)
        processes = [here.start("pull", "many", here.home / f"out{n}", url=cutter.url) for n in range(20)]
        skipped = 0
        for process in processes:
            out, err = process.communicate(timeout=200)
            assert process.returncode == 0, err
            skipped += int(re.search(r"skipped=(\d+)", out).group(1))
        assert skipped == 19 * len(files), f"{20 * len(files) - skipped} files came for {len(files)}"
        for n in range(20):
            assert content_of(here.home / f"out{n}") == files
        assert list((here.home / "cache/part").iterdir()) == []
        cutter.close()


@test
def library_makes_do_with_few_descriptors():
    files = {f"d{i % 9}/f{i}": os.urandom(2000) for i in range(1500)}
    with place() as here:
        here.probe("log", "few", here.tree("in", files), limit=128)
        here.probe("pull", "few", here.home / "out", limit=128)
        assert content_of(here.home / "out") == files


@test
def library_logs_again_after_kill_9():
    with place() as here:
        source = here.tree("in", {f"f{i}": os.urandom(20_000) for i in range(1500)})
        cutter = WireCutter(here.host, slow=lambda passed: time.sleep(0.001))
        process = here.start("log", "again", source, url=cutter.url)
        while cutter.down < 300_000 and process.poll() is None:
            time.sleep(0.01)
        assert process.poll() is None, "it was to be killed in the middle"
        process.kill()
        process.communicate()
        assert here.probe("log", "again", source).startswith("team/library/again:v0 ")
        here.probe("pull", "again", here.home / "out")
        assert content_of(here.home / "out") == content_of(source)
        cutter.close()


@test
def library_does_not_stumble_over_what_a_killed_one_left():
    """In a container all processes have the same number: the names beside a file may be taken."""
    with place() as here:
        here.probe("log", "left", here.tree("in", {"file": b"as it is now"}))
        out = here.tree("out", {"file": b"as it was before"})
        # The number is known when the process is there; it waits for its standard input meanwhile.
        waiting = subprocess.Popen(["sh", "-c", 'read go; exec "$0" "$@"', str(PROBE), "pull", "left", str(out)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=here.environment(NO_CACHE="1"))
        for number in range(5):
            (out / f"file.vitrine-{waiting.pid}-{number}").write_bytes(b"whole, and left behind")
        said, err = waiting.communicate("go\n", timeout=60)
        assert waiting.returncode == 0, err
        assert said == "files=1 skipped=0\n" and content_of(out) == {"file": b"as it is now"}, "pruned, too"


@test
def library_stops_when_it_is_canceled():
    with place() as here:
        here.probe("log", "cancel", here.tree("in", {f"f{i}": os.urandom(40_000) for i in range(200)}))
        canceled = 0
        for at in (1, 2, 5, 20, 100, 300):
            process = here.start("pull", "cancel", here.home / "out", CANCEL_AT=str(at), NO_CACHE="1")
            _, err = process.communicate(timeout=60)
            assert process.returncode in (0, 24), err
            canceled += process.returncode == 24
            for path, data in content_of(here.home / "out").items() if (here.home / "out").exists() else ():
                assert data == (here.home / "in" / path).read_bytes(), path
        assert canceled >= 4
        here.probe("pull", "cancel", here.home / "out")


def fallible():
    """The functions that can fail."""
    text = "".join(re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S) for header in HEADERS)
    return set(re.findall(r"enum vitrine_code\s+(vitrine_[a-z_]+)\(", text))


@test
def library_tortures_every_call_that_can_fail():
    called = set(re.findall(r"\b(vitrine_[a-z_]+)\(", (ROOT / "tests/library/scenes.c").read_text()))
    # It asks for no memory, and the torture stands on it.
    assert fallible() - called == {"vitrine_set_allocator"}, fallible() - called


@test
def library_survives_every_allocation_that_fails():
    """Each line of torture.c is one scene: about 60 of them, some 2,000 allocations without and 6,000 with sanitizers."""
    with place() as here:
        here.operate("user", "add", "bystander")
        here.operate("org", "member", "set", "local", "bystander", "member")
        (here.home / "torture").mkdir()
        done = subprocess.run([str(TORTURE), str(here.home / "torture")], env=here.environment(MEMBER="bystander"),
                              capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stdout + done.stderr
        scenes = re.findall(r"^ok \d+ - (\S+): each of (\d+) allocations may fail; (\d+) times", done.stdout, re.M)
        assert len(scenes) >= 60 and sum(int(count) for _, count, _ in scenes) >= 1500, done.stdout
        assert sum(int(without) for _, _, without in scenes) < 20, done.stdout
