#!/usr/bin/env python3
"""Measures the `vitrine` command and prints one table.

usage: bench/client.py [--quick] [--only WORD[,WORD...]] [--folder DIR]

  --quick    fewer and smaller files: a look, not figures of record
  --only     small, medium, large, again, part
  --folder   where the data are made (it is emptied afterwards); the system's place for such things otherwise

Peers are measured in the same run on the same data: the newest wandb client of tests/client, curl as the plain
limit of a transfer, `cp --reflink=never` together with md5sum as the limit of disk and digest. All talk to one
vitrined on loopback over plain HTTP. A row's ratio is "how many times as fast as the peer". Caches of the clients are
empty unless the row says otherwise; the system's page cache is warm. Every download is compared with what was
logged.
"""
import argparse
import datetime
import filecmp
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
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
    print("TOOK", time.monotonic() - begin)
"""
DOWNLOAD = """
import sys, time, wandb
name, root, prefix = sys.argv[1:]
begin = time.monotonic()
wandb.Api().artifact({team!r} + "/" + {project!r} + "/" + name).download(root=root, path_prefix=prefix or None)
print("TOOK", time.monotonic() - begin)
"""


class Bench:
    def __init__(self, folder, registry, server, quick):
        self.folder, self.registry, self.server, self.quick = folder, registry, server, quick
        self.rows, self.homes = [], 0
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

    def vitrine(self, home, *words):
        """-> seconds, most memory in MiB"""
        begin = time.monotonic()
        process = subprocess.Popen([str(VITRINE), *map(str, words), "--quiet"], env=self.environment(home),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=home)
        process.stdout.read()
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise AssertionError(f"vitrine {words}: {said.decode()}")
        process.returncode = 0
        return time.monotonic() - begin, usage.ru_maxrss / 1024

    def wandb(self, home, code, *words):
        """-> seconds of the transfer alone: neither the start of Python nor that of the run"""
        script = home / "script.py"
        script.write_text(code.format(team=harness.TEAM, project=harness.PROJECT))
        done = subprocess.run([str(self.python), str(script), *map(str, words)], env=self.environment(home), cwd=home,
                              capture_output=True, text=True)
        for line in done.stdout.splitlines():
            if line.startswith("TOOK "):
                return float(line.split()[1])
        raise AssertionError(f"the wandb client failed:\n{done.stdout}\n{done.stderr}")

    def add(self, what, how, seconds, peer, peer_seconds, size=None, memory=None):
        ratio = peer_seconds / seconds if peer_seconds else None
        rate = f", {size / seconds / MIB:,.0f} MiB/s" if size else ""
        room = f", {memory:,.0f} MiB of memory" if memory else ""
        self.rows.append(Row(what=what, how=how, figure=f"{seconds:.2f} s{rate}{room}",
                             floor=f"{peer}: {peer_seconds:.2f} s" if peer_seconds else peer,
                             ratio=f"{ratio:.2f}x" if ratio else "-"))

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

    def disk_limit(self, folder):
        copy = self.folder / "copy"
        begin = time.monotonic()
        subprocess.run(["cp", "-r", "--reflink=never", str(folder), str(copy)], check=True)
        subprocess.run(f"find {copy} -type f -print0 | xargs -0 -P {os.cpu_count()} -n 64 md5sum >/dev/null", shell=True,
                       check=True)
        took = time.monotonic() - begin
        shutil.rmtree(copy)
        return took

    def curl_limit(self, folder):
        """The same files from nginx, by one curl with as many transfers at a time as it takes."""
        names = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]
        target = self.folder / "curl"
        with harness.nginx(self.folder / "nginx", os.cpu_count()) as (_, port):
            (self.folder / "nginx/files/data").symlink_to(folder)
            config = self.folder / "curl.conf"
            config.write_text("".join(f'url = "http://127.0.0.1:{port}/data/{n}"\noutput = "{target}/{n}"\n' for n in names))
            begin = time.monotonic()
            subprocess.run(["curl", "--silent", "--fail", "--create-dirs", "--parallel", "--parallel-max", "64", "--config",
                            str(config)], check=True, stderr=subprocess.DEVNULL)
            took = time.monotonic() - begin
        shutil.rmtree(target)
        shutil.rmtree(self.folder / "nginx")
        return took

    def same(self, one, other):
        for path in one.rglob("*"):
            if path.is_file() and not filecmp.cmp(path, other / path.relative_to(one), shallow=False):
                raise AssertionError(f"{path} came back different")

    # ---- rows -------------------------------------------------------------------------------------------

    def up_and_down(self, label, name, folder, with_wandb=True):
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        disk, plain = self.disk_limit(folder), self.curl_limit(folder)
        say(f"{label}: push")
        took, memory = self.vitrine(self.home(), "push", folder, f"{name}-c", "-t", "dataset")
        self.add(f"{label}: push", "vitrine push", took, "cp + md5sum", disk, size, memory)
        if with_wandb:
            twin = self.make(f"{name}-twin", *self.shape)
            say(f"{label}: push with wandb")
            peer = self.wandb(self.home(), UPLOAD, twin, f"{name}-py")
            self.add(f"{label}: push, beside wandb", "the same number of other bytes", took, f"wandb {CLIENT}", peer)
            shutil.rmtree(twin)
        say(f"{label}: pull")
        home = self.home()
        took, memory = self.vitrine(home, "pull", f"{name}-c", "--root", home / "got", "--no-cache")
        self.same(folder, home / "got")
        shutil.rmtree(home / "got")
        self.add(f"{label}: pull", "vitrine pull --no-cache", took, "curl -Z", plain, size, memory)
        self.add(f"{label}: pull, beside cp", "vitrine pull --no-cache", took, "cp + md5sum", disk)
        if with_wandb:
            say(f"{label}: pull with wandb")
            home = self.home()
            peer = self.wandb(home, DOWNLOAD, f"{name}-c:v0", home / "got", "")
            self.same(folder, home / "got")
            shutil.rmtree(home)
            self.add(f"{label}: pull, beside wandb", "vitrine pull --no-cache", took, f"wandb {CLIENT}", peer)

    def small(self):
        self.shape = (1000 if self.quick else 10_000, 4 * KIB)
        self.up_and_down(f"{self.shape[0]:,} files of 4 KiB", "small", self.make("small", *self.shape))

    def medium(self):
        self.shape = (10 if self.quick else 100, 8 * MIB)
        self.up_and_down(f"{self.shape[0]} files of 8 MiB", "medium", self.make("medium", *self.shape))
        shutil.rmtree(self.folder / "medium")

    def large(self):
        self.shape = (1, GIB if self.quick else 8 * GIB)
        self.up_and_down(f"one file of {self.shape[1] // GIB} GiB", "large", self.make("large", *self.shape),
                         with_wandb=not self.quick)
        shutil.rmtree(self.folder / "large")

    def again(self):
        count = 1000 if self.quick else 10_000
        folder = self.folder / "small"
        if not folder.exists():
            folder = self.make("small", count, 4 * KIB)
            self.vitrine(self.home(), "push", folder, "small-c", "-t", "dataset")
        took, _ = self.vitrine(self.home(), "push", folder, "small-c", "-t", "dataset")
        home = self.home()
        self.wandb(home, UPLOAD, folder, "small-c")
        peer = self.wandb(home, UPLOAD, folder, "small-c")
        self.add(f"{count:,} files again, unchanged", "vitrine push", took, f"wandb {CLIENT}", peer)

    def part(self):
        count = 5_000 if self.quick else 100_000
        folder = self.make("wide", count, 64)
        say(f"one of {count:,} files: push")
        self.vitrine(self.home(), "push", folder, "wide-c", "-t", "dataset")
        shutil.rmtree(folder)
        home = self.home()
        took, memory = self.vitrine(home, "pull", "wide-c", "--path", "001/001234.bin", "--root", home / "got")
        assert sum(p.is_file() for p in (home / "got").rglob("*")) == 1
        peer = self.wandb(self.home(), DOWNLOAD, "wide-c:v0", self.folder / "one", "001/001234.bin")
        self.add(f"one small file of {count:,}", "vitrine pull --path", took, f"wandb {CLIENT}", peer, memory=memory)


def main():
    parser = argparse.ArgumentParser(description="measure the vitrine command", epilog="See the comment in this file.")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller files")
    parser.add_argument("--only", default="small,again,medium,large,part", help="rows, by their words")
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
                getattr(bench, word)()
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
