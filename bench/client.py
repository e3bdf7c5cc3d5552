#!/usr/bin/env python3
"""Measures the `vitrine` command and prints one table.

usage: bench/client.py [--quick] [--only WORD[,WORD...]] [--folder DIR]

  --quick    fewer and smaller files: a look, not figures of record
  --only     small-up, small-down, again, medium, large-up, large-up-beside, large-down, large-beside, part (each takes
             less than four minutes, but for what the wandb client needs)
  --folder   where the data are made (it is emptied afterwards); the system's place for such things otherwise

Peers are measured in the same run on the same data: the newest wandb client of tests/client; curl, and aria2c if it is
there (Debian: aria2), fetching the same files from nginx as the plain limit of a transfer; `cp --reflink=never` together
with md5sum as the limit of disk and digest. All talk to one vitrined on loopback over plain HTTP. A row's ratio is "how
many times as fast as the peer"; memory is the most that was resident (of the wandb client: of Python and its Go program
together). "Cold": the client's cache is empty and is filled; "warm": it holds everything; the system's page cache
is warm throughout. Thousands of files are not removed before the end: for seconds after that ext4 searches long for each new inode. Every download is compared with what was logged.
"""
import argparse
import contextlib
import datetime
import filecmp
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import harness  # noqa: E402
from harness import ROOT, Row, say  # noqa: E402

VITRINE = harness.vitrined.BUILD / "vitrine"
CLIENT = "0.31.0"
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

UPLOAD = """
import sys, time, wandb
folder, name = sys.argv[1:]
with wandb.init(entity={team!r}, project={project!r}, settings=wandb.Settings(silent=True)) as run:
    begin = time.monotonic()
    artifact = wandb.Artifact(name, type="dataset")
    artifact.add_dir(folder)
    run.log_artifact(artifact).wait()
    took = time.monotonic() - begin
print("TOOK", took)
"""
DOWNLOAD = """
import sys, time, wandb
name, root, prefix = sys.argv[1:]
begin = time.monotonic()
wandb.Api().artifact({team!r} + "/" + {project!r} + "/" + name).download(root=root, path_prefix=prefix or None)
print("TOOK", time.monotonic() - begin)
"""


def children(pid):
    with contextlib.suppress(OSError):
        found = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return found + [below for each in found for below in children(each)]
    return []


class Bench:
    def __init__(self, folder, registry, server, quick):
        self.folder, self.registry, self.server, self.quick = folder, registry, server, quick
        self.rows, self.homes, self.dropped = [], 0, 0
        self.python = ROOT / f".venv/client-{CLIENT}/bin/python"

    def home(self):
        self.homes += 1
        home = self.folder / f"home-{self.homes}"
        home.mkdir()
        return home

    def environment(self, home):
        return harness.vitrined.clean_environment() | {
            "HOME": str(home), "WANDB_BASE_URL": self.server.url, "WANDB_API_KEY": self.registry.key,
            "WANDB_CACHE_DIR": str(home / "cache"), "WANDB_CONFIG_DIR": str(home), "WANDB_DIR": str(home),
            "WANDB_DATA_DIR": str(home), "WANDB_ERROR_REPORTING": "false", "WANDB_SILENT": "true",
            "VITRINE_BASE_URL": self.server.url, "VITRINE_API_KEY": self.registry.key, "VITRINE_ENTITY": harness.TEAM,
            "VITRINE_PROJECT": harness.PROJECT, "VITRINE_CACHE_DIR": str(home / "vitrine")}

    def timed(self, command, **how):
        """-> seconds, most memory in MiB (of it and its children), what it wrote"""
        most, over = {}, threading.Event()

        def watch(pid):
            # Not wait4(): what it says begins with the size of this program, from which the other was forked.
            while not over.is_set():
                for each in [pid, *children(pid)]:
                    with contextlib.suppress(OSError, ValueError, AttributeError):
                        status = pathlib.Path(f"/proc/{each}/status").read_text()
                        most[each] = int(re.search(r"VmHWM:\s+(\d+)", status).group(1))
                over.wait(0.02)

        begin = time.monotonic()
        with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how) as process:
            watcher = threading.Thread(target=watch, args=(process.pid,))
            watcher.start()
            said = process.stdout.read().decode()
            status = process.wait()
            took = time.monotonic() - begin
            over.set()
            watcher.join()
        if status != 0:
            raise AssertionError(f"{command[0]} failed:\n{said}")
        return took, sum(most.values()) / 1024, said

    def vitrine(self, home, *words):
        """-> seconds, most memory in MiB"""
        return self.timed([VITRINE, *words, "--quiet"], env=self.environment(home), cwd=home)[:2]

    def wandb(self, home, code, *words):
        """-> seconds of the transfer alone (neither the start of Python nor that of the run), most memory in MiB"""
        script = home / "script.py"
        script.write_text(code.format(team=harness.TEAM, project=harness.PROJECT))
        _, memory, said = self.timed([self.python, script, *words], env=self.environment(home), cwd=home)
        for line in said.splitlines():
            if line.startswith("TOOK "):
                return float(line.split()[1]), memory
        raise AssertionError(f"the wandb client failed:\n{said}")

    def add(self, what, how, mine, peers):
        """mine and each peer: (seconds, memory or None); peers by their names."""
        seconds, memory = mine
        figure = f"{seconds:.2f} s" + (f", {memory:.0f} MiB" if memory else "")
        for name, (peer, room) in peers.items():
            self.rows.append(Row(what=what, how=how, figure=figure,
                                 floor=f"{name}: {peer:.2f} s" + (f", {room:.0f} MiB" if room else ""),
                                 ratio=f"{peer / seconds:.2f}x"))

    # ---- data and limits ---------------------------------------------------------------------------

    def make(self, name, count, size):
        folder = self.folder / name
        folder.mkdir()
        source = os.urandom(min(size, 16 * MIB) + 8)
        for number in range(count):
            below = folder / f"{number // 1000:03}"
            below.mkdir(exist_ok=True)
            with open(below / f"{number:06}.bin", "wb") as file:
                left = size
                while left > 0:
                    # Each file and each block of it begins with bytes of its own, so that no two are the same.
                    head = f"{name}-{number}-{left}".encode()[:left]
                    file.write(head)
                    file.write(memoryview(source)[:min(left, 16 * MIB) - len(head)])
                    left -= min(left, 16 * MIB)
        return folder

    def drop(self, folder):
        """What is not needed any more; many files only out of the way."""
        if self.shape[0] < 1000:
            shutil.rmtree(folder)
        else:
            self.dropped += 1
            folder.rename(self.folder / f"dropped-{self.dropped}")

    def disk_limits(self, folder):
        """-> {name: (seconds, None)} of copying, of digesting, of both after one another"""
        copy = self.folder / "copy"
        begin = time.monotonic()
        subprocess.run(["cp", "-r", "--reflink=never", str(folder), str(copy)], check=True)
        copied = time.monotonic() - begin
        begin = time.monotonic()
        subprocess.run(f"find {copy} -type f -print0 | xargs -0 -P {os.cpu_count()} -n 64 md5sum >/dev/null", shell=True,
                       check=True)
        hashed = time.monotonic() - begin
        self.drop(copy)
        return {"md5sum": (hashed, None), "cp, md5sum": (copied + hashed, None)}

    def plain_limits(self, folder):
        """The same files from nginx by one curl and by one aria2c, with as many transfers at a time as they take."""
        names = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]
        target = self.folder / "plain"
        found = {}
        with harness.nginx(self.folder / "nginx", os.cpu_count()) as (_, port):
            (self.folder / "nginx/files/data").symlink_to(folder)
            config = self.folder / "plain.conf"
            config.write_text("".join(f'url = "http://127.0.0.1:{port}/data/{n}"\noutput = "{target}/{n}"\n' for n in names))
            found["curl"] = self.timed(["curl", "--silent", "--fail", "--create-dirs", "--parallel", "--parallel-max", "64",
                                        "--config", config])[:2]
            self.drop(target)
            if shutil.which("aria2c"):
                config.write_text("".join(f"http://127.0.0.1:{port}/data/{n}\n out={n}\n" for n in names))
                found["aria2c"] = self.timed(["aria2c", "--no-conf", "--quiet", "--file-allocation=none", "-j16", "-x8", "-s8",
                                              "-d", target, "-i", config])[:2]
                self.drop(target)
        shutil.rmtree(self.folder / "nginx")
        return found

    def same(self, one, other):
        for path in one.rglob("*"):
            if path.is_file() and not filecmp.cmp(path, other / path.relative_to(one), shallow=False):
                raise AssertionError(f"{path} came back different")

    # ---- rows -------------------------------------------------------------------------------------------

    def up(self, label, name, folder):
        limits = self.disk_limits(folder)
        say(f"{label}: push")
        mine = self.vitrine(self.home(), "push", folder, f"{name}-c", "-t", "dataset")
        self.add(f"{label}: push", "vitrine push", mine, limits)
        return mine

    def up_beside(self, label, name, mine):
        say(f"{label}: push with wandb")
        twin = self.make(f"{name}-twin", *self.shape)
        peer = self.wandb(self.home(), UPLOAD, twin, f"{name}-py")
        self.drop(twin)
        self.add(f"{label}: push", "vitrine push; wandb: as many other bytes", mine, {f"wandb {CLIENT}": peer})

    def fetch(self, home, folder, name, *words):
        mine = self.vitrine(home, "pull", f"{name}-c", "--root", home / "got", *words)
        self.same(folder, home / "got")
        self.drop(home / "got")
        return mine

    def fetch_three(self, folder, name):
        """-> without a cache; with one that is empty; with one that has it all"""
        home = self.home()
        found = self.fetch(home, folder, name, "--no-cache"), self.fetch(home, folder, name), self.fetch(home, folder, name)
        self.drop(home)
        return found

    def down(self, label, name, folder):
        limits = self.disk_limits(folder) | self.plain_limits(folder)
        say(f"{label}: pull")
        for how, words, mine in zip(("no cache", "cold", "warm"), (" --no-cache", "", ""), self.fetch_three(folder, name)):
            self.add(f"{label}: pull, {how}", f"vitrine pull{words}", mine, limits)

    def down_beside(self, label, name, folder):
        mine = self.fetch_three(folder, name)
        say(f"{label}: pull with wandb")
        home = self.home()
        for how, ours in zip(("cold", "warm"), mine[1:]):
            peer = self.wandb(home, DOWNLOAD, f"{name}-c:v0", home / "got", "")
            self.same(folder, home / "got")
            self.drop(home / "got")
            self.add(f"{label}: pull, {how}", "vitrine pull", ours, {f"wandb {CLIENT}, {how}": peer})
        self.drop(home)

    def small_folder(self):
        self.shape = (1000 if self.quick else 10_000, 4 * KIB)
        folder = self.folder / "small"
        return folder if folder.exists() else self.make("small", *self.shape)

    def small_up(self):
        folder = self.small_folder()
        label = f"{self.shape[0]:,} files of 4 KiB"
        self.up_beside(label, "small", self.up(label, "small", folder))

    def small_down(self):
        folder = self.small_folder()
        label = f"{self.shape[0]:,} files of 4 KiB"
        self.vitrine(self.home(), "push", folder, "small-c", "-t", "dataset")
        self.down(label, "small", folder)
        self.down_beside(label, "small", folder)

    def medium(self):
        self.shape = (10 if self.quick else 100, 8 * MIB)
        folder = self.make("medium", *self.shape)
        label = f"{self.shape[0]} files of 8 MiB"
        self.up_beside(label, "medium", self.up(label, "medium", folder))
        self.down(label, "medium", folder)
        self.down_beside(label, "medium", folder)
        shutil.rmtree(folder)

    def large_folder(self):
        self.shape = (1, GIB if self.quick else 8 * GIB)
        self.label = f"one file of {self.shape[1] // GIB} GiB"
        return self.make("large", *self.shape)

    def large_up(self):
        folder = self.large_folder()
        self.up(self.label, "large", folder)
        shutil.rmtree(folder)

    def large_up_beside(self):
        folder = self.large_folder()
        mine = self.vitrine(self.home(), "push", folder, "large-c", "-t", "dataset")
        shutil.rmtree(folder)
        self.up_beside(self.label, "large", mine)

    def large_pull(self, how):
        folder = self.large_folder()
        self.vitrine(self.home(), "push", folder, "large-c", "-t", "dataset")
        how(self.label, "large", folder)
        shutil.rmtree(folder)

    def large_down(self):
        self.large_pull(self.down)

    def large_beside(self):
        self.large_pull(self.down_beside)

    def again(self):
        folder = self.small_folder()
        self.vitrine(self.home(), "push", folder, "small-c", "-t", "dataset")
        mine = self.vitrine(self.home(), "push", folder, "small-c", "-t", "dataset")
        home = self.home()
        self.wandb(home, UPLOAD, folder, "small-c")
        peer = self.wandb(home, UPLOAD, folder, "small-c")
        self.add(f"{self.shape[0]:,} files again, unchanged", "vitrine push", mine, {f"wandb {CLIENT}": peer})

    def part(self):
        count = 5_000 if self.quick else 100_000
        self.shape = (count, 64)
        folder = self.make("wide", *self.shape)
        say(f"one of {count:,} files: push")
        self.vitrine(self.home(), "push", folder, "wide-c", "-t", "dataset")
        home = self.home()
        mine = self.vitrine(home, "pull", "wide-c", "--path", "001/001234.bin", "--root", home / "got")
        assert sum(p.is_file() for p in (home / "got").rglob("*")) == 1
        peer = self.wandb(self.home(), DOWNLOAD, "wide-c:v0", self.folder / "one", "001/001234.bin")
        self.add(f"one small file of {count:,}", "vitrine pull --path", mine, {f"wandb {CLIENT}": peer})


def main():
    parser = argparse.ArgumentParser(description="measure the vitrine command", epilog="See the comment in this file.")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller files")
    parser.add_argument("--only", default="small-up,small-down,again,medium,large-up,large-up-beside,large-down,large-beside,part", help="rows, by their words")
    parser.add_argument("--folder", help="where the data are made")
    options = parser.parse_args()

    subprocess.run([str(ROOT / "tests/client/make-venvs"), CLIENT], check=True, stdout=sys.stderr)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-bench-client-", dir=options.folder))
    about = (f"{os.cpu_count()} processors, Linux {platform.release()}; load when it began: {os.getloadavg()[0]:.1f}; "
             f"{datetime.date.today()}")
    try:
        registry = harness.Registry(folder)
        with registry.server() as server:
            bench = Bench(folder, registry, server, options.quick)
            for word in options.only.split(","):
                getattr(bench, word.replace("-", "_"))()
    finally:
        shutil.rmtree(folder)
    table = harness.print_table(bench.rows)
    print(f"{about}\n\n{table}")
    results = ROOT / "bench/results"
    results.mkdir(exist_ok=True)
    name = "client-" + datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S")
    (results / f"{name}.txt").write_text(f"{about}\n\n{table}\n")
    (results / f"{name}.json").write_text(json.dumps([vars(row) for row in bench.rows], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
