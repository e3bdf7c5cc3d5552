"""Rows about the end of many versions: one call deletes them all, then their bytes are given back."""
import multiprocessing
import os
import pathlib
import random
import time

import aging
import harness
import vitrined
import wire
from harness import Row, say

PROJECT = "delete"
COLLECTIONS = 20
LOADERS = 6
LARGE_EVERY, LARGE = 100, 100_000      # every so many versions one file that is no small blob
SMALL = 1_000

DELETE = """mutation($input: DeleteArtifactVersionsInput!) { deleteArtifactVersions(input: $input) {
  count job { id state } } }"""
JOB = "query($id: ID!) { job(id: $id) { state done total message result } }"


def log_some(url, key, numbers):
    """What `Wire.log` does, without the manifest's first, empty announcement."""
    client = wire.Wire(url, key, timeout=300)
    dice = random.Random(os.getpid())
    for n in numbers:
        body = dice.randbytes(LARGE if n % LARGE_EVERY == 0 else SMALL)
        md5 = wire.md5_base64(body)
        manifest, digest = wire.manifest_of({"f": (md5, len(body))})
        made = client.create_artifact(harness.TEAM, PROJECT, f"c{n % COLLECTIONS}", digest, f"bulk-{n}")
        manifest_id, url = client.create_manifest(harness.TEAM, PROJECT, made["id"], wire.md5_base64(manifest))
        node, = client.create_files(made["id"], manifest_id, {"f": md5})
        client.put(node["uploadUrl"], body)
        client.put(url, manifest)
        client.commit(made["id"])
    client.close()


def load(url, key, count):
    shares = [multiprocessing.Process(target=log_some, args=(url, key, range(i, count, LOADERS))) for i in range(LOADERS)]
    for share in shares:
        share.start()
    for share in shares:
        share.join()
        assert share.exitcode == 0, "a loader failed"


def follow(client, job_id):
    """-> (the job at its end, how often its figure had moved when it was asked four times a second)"""
    moved, last = 0, -1
    while True:
        job = client.graphql(JOB, id=job_id)["job"]
        if job["done"] != last:
            moved, last = moved + 1, job["done"]
        if job["state"] not in ("WAITING", "RUNNING"):
            return job, moved
        time.sleep(0.25)


def longest_wait(url, key, stop):
    """Somebody else logs meanwhile, one version after the other; tells the slowest."""
    client = wire.Wire(url, key, timeout=300)
    worst, n = 0.0, 0
    while not stop.is_set():
        begun = time.monotonic()
        client.log(harness.TEAM, "others", "beside", {"f": b"%d" % n}, f"beside-{n}")
        worst, n = max(worst, time.monotonic() - begun), n + 1
    client.close()
    return worst


def delete_rows(options, registry):
    count = options.deleted_versions
    with registry.server("--restore-days", "0", "--reclaim-minutes", "0") as server:
        say(f"logging {count} versions")
        begun = time.monotonic()
        load(server.url, registry.key, count)
        logged_s = time.monotonic() - begun
        client = wire.Wire(server.url, registry.key, timeout=300)
        loaded = aging.du(registry.data)
        say(f"deleting them by one call (logged {count / logged_s:.0f} a second)")
        stop, others = multiprocessing.Event(), multiprocessing.Pipe(False)
        beside = multiprocessing.Process(target=lambda: others[1].send(longest_wait(server.url, registry.key, stop)))
        beside.start()
        begun = time.monotonic()
        asked = client.graphql(DELETE, input={"entityName": harness.TEAM, "projectName": PROJECT,
                                              "deleteAliases": True})["deleteArtifactVersions"]
        call_s = time.monotonic() - begun
        job, moved = follow(client, asked["job"]["id"])
        deleted_s = time.monotonic() - begun
        stop.set()
        waited_s = others[0].recv()
        beside.join()
        client.close()
        assert asked["count"] == count and job["state"] == "DONE" and job["result"]["deleted"] == count, (asked, job)
        say("two hours later, giving the bytes back beside the running server")
        aging.age(pathlib.Path(registry.data), 2 * 3600)
        before = aging.du(registry.data)
        begun = time.monotonic()
        told = vitrined.succeed("reclaim", "--json", data=registry.data, timeout=3600).json()
        reclaimed_s = time.monotonic() - begun
        after = aging.du(registry.data)
        again = vitrined.succeed("reclaim", "--json", data=registry.data, timeout=3600).json()
        left = again["deletedBlobs"]
        peak = harness.memory_mib(server.pid, "VmHWM")
    shown = told["diskBefore"] - told["diskAfter"]
    off = abs(shown - (before - after))
    return [
        Row(f"delete {count:,} versions by one call", f"answered in {call_s * 1000:.0f} ms; progress moved {moved} times; "
            f"others' slowest logging meanwhile {waited_s * 1000:.0f} ms", f"{deleted_s:.1f} s, {count / deleted_s:.0f}/s",
            target="one request, progress", met=moved > 2),
        Row("give their bytes back", f"beside the server; {told['deletedBlobs']} of {told['blobs']} blobs; peak memory "
            f"{peak:.0f} MiB", f"{reclaimed_s:.1f} s", f"{loaded / 1e6:.0f} MB were stored", target="nothing is left",
            met=left == 0 and told["versionsPurged"] == count),
        Row("the figure that is shown, and the file system's", "diskBefore - diskAfter; du before - du after",
            f"{shown} bytes", f"{before - after} bytes", target="equal", met=off == 0),
    ]
