#!/usr/bin/env python3
"""Large manifests: the index must say what Python's json and hashlib say.

usage: differential.py MANIFEST_TOOL [--instrumented]

Checks digest, sums and every entry of a manifest of 100,000 entries, sorted and not, and
the union of three against dict.update. The comments say what it cost.
"""
import base64
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile

TOOL = sys.argv[1]
INSTRUMENTED = "--instrumented" in sys.argv  # by sanitizers, which take memory of their own
ENTRIES = 20_000 if INSTRUMENTED else 100_000


def artifact_id(number):
    return base64.b64encode(f"Artifact:{number}".encode()).decode()


def make_entries(rng, count, prefix):
    words = ["a", "b c", "d:e", "100%", "\u00e9t\u00e9", "\U0001f600", "<&>", "\u2028", 'quo"te']
    entries = {}
    for i in range(count):
        path = f"{rng.choice(words)}/{prefix if rng.random() < .5 else 'all'}/{rng.choice(words)}-{i}"
        entry = {"digest": base64.b64encode(rng.randbytes(16)).decode()}
        if rng.random() < .9:
            entry["size"] = rng.randrange(10**12)
        if rng.random() < .3:
            entry["birthArtifactID"] = artifact_id(rng.randrange(1, 1000))
        if rng.random() < .1:
            entry["ref"] = f"https://example.com/{i}?a=1&b=<2>"
            entry["digest"] = f"etag-{i}"
            entry["extra"] = {"etag": f"etag-{i}", "n": [1, 2.5, None, {"deep": "\u00e9"}]}
        entries[path] = entry
    return entries


def document(entries, sort):
    manifest = {"version": 1, "storagePolicy": "wandb-storage-policy-v1",
                "storagePolicyConfig": {"storageLayout": "V2"}, "contents": entries}
    text = json.dumps(manifest, sort_keys=sort, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026").encode()


def digest_of(entries):
    lines = "".join(f"{path}:{entries[path]['digest']}\n" for path in sorted(entries))
    return hashlib.md5(b"wandb-artifact-manifest-v1\n" + lines.encode()).hexdigest()


def run(*args):
    return subprocess.run([TOOL, *args], check=True, capture_output=True, encoding="utf-8").stdout


def expect(got, want, what):
    if got != want:
        raise AssertionError(f"{what}: {got!r} should be {want!r}"[:500])


def check_index(folder, name, entries, sort):
    """Builds an index; -> its path."""
    path, index = os.path.join(folder, name + ".json"), os.path.join(folder, name + ".index")
    with open(path, "wb") as file:
        file.write(document(entries, sort))
    fields = run("index", path, index).split()
    sizes = sum(entry.get("size", 0) for entry in entries.values())
    expect(fields[0], digest_of(entries), "digest")
    expect([int(n) for n in fields[1:4]], [len(entries), sum("ref" in e for e in entries.values()), sizes], "sums")
    print(f"# {name}: {len(entries)} entries, {os.path.getsize(path) / 1e6:.1f} MB of JSON, index "
          f"{os.path.getsize(index) / 1e6:.1f} MB, {fields[4]} s, peak {int(fields[5]) / 1024:.1f} MiB")
    return index, int(fields[5])


def check_list(index, entries):
    lines = run("list", index).split("\n")[:-1]
    expect(len(lines), len(entries), "number of entries")
    for line, path in zip(lines, sorted(entries, key=lambda p: p.encode()), strict=True):
        got, want = json.loads(line), entries[path]
        expect(got, {"path": path, "digest": want["digest"], "ref": want.get("ref"), "size": want.get("size", -1),
                     "birth": int(base64.b64decode(want["birthArtifactID"])[9:]) if "birthArtifactID" in want else 0,
                     "extra": want.get("extra")}, path)


def check_merge(folder, parts, indexes):
    union = {}
    for part in parts:
        union.update(part)
    path = os.path.join(folder, "merged.json")
    expect(run("merge", *indexes, path).split(), [digest_of(union), str(len(union))], "digest of the union")
    with open(path, encoding="utf-8") as file:
        merged = json.load(file)
    expect(list(merged["contents"]), sorted(union, key=lambda p: p.encode()), "order of the union")
    expect(merged["contents"], union, "union")


def python_cost(folder, entries):
    """What the plain way takes, in a process of its own."""
    path = os.path.join(folder, "cost.json")
    with open(path, "wb") as file:
        file.write(document(entries, True))
    code = ("import json, re, sys, time; start = time.monotonic(); m = json.load(open(sys.argv[1])); "
            "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read()).group(1); "
            "print(f'{time.monotonic() - start:.3f} s, peak {int(peak) / 1024:.1f} MiB')")
    cost = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, encoding="utf-8").stdout
    print(f"# python's json.load alone: {cost.strip()}")


def main():
    rng = random.Random(20261121)
    print("1..4")
    with tempfile.TemporaryDirectory() as folder:
        entries = make_entries(rng, ENTRIES, "main")
        index, peak = check_index(folder, "sorted", entries, True)
        check_list(index, entries)
        print("ok 1 - sorted manifest: digest, sums, entries")
        # 12 bytes a file, and buffers.
        bound = 12 * 1024 + ENTRIES * 24 // 1024
        small = peak < bound or INSTRUMENTED
        print(f"{'ok' if small else 'not ok'} 2 - memory stays small ({peak} KiB of {bound})"
              + (" # SKIP instrumented" if INSTRUMENTED else ""))
        shuffled = list(entries.items())
        rng.shuffle(shuffled)
        other, _ = check_index(folder, "shuffled", dict(shuffled), False)
        with open(index, "rb") as a, open(other, "rb") as b:
            expect(a.read() == b.read(), True, "the index of the shuffled manifest")
        print("ok 3 - the order of the JSON does not matter")
        parts = [make_entries(rng, ENTRIES // 5, f"p{i}") for i in range(3)]
        check_merge(folder, parts, [check_index(folder, f"part{i}", p, True)[0] for i, p in enumerate(parts)])
        print("ok 4 - a merge is an update of a dictionary")
        python_cost(folder, entries)
    return 0 if small else 1


sys.exit(main())
