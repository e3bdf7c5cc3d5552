"""Rows about artifacts of many files: logging them again, and a manifest of a million entries."""
import json
import time

import harness
import wire
from harness import Row, median, say
from rows_artifacts import BATCH, put_all

CONTENTS = 10_000            # different files; a larger manifest names each of them several times
AGAIN = 200
NAMED = 10                   # times that all files are named: once is too short for the system's clock of processor time


def file_of(number):
    return b"the content of file %d" % number


def described(entries, first=0):
    """{path: (base64 MD5, size)}; the digests repeat after CONTENTS files."""
    known = [(wire.md5_base64(data), len(data)) for data in map(file_of, range(first, first + CONTENTS))]
    return {f"folder {i // 1000:04}/file {i:07}.bin": known[i % CONTENTS] for i in range(entries)}


def name_files(client, artifact_id, manifest_id, files):
    """-> nodes; in as many mutations as the client makes of them"""
    paths, nodes = list(files), []
    for at in range(0, len(paths), BATCH):
        nodes += client.create_files(artifact_id, manifest_id, {path: files[path][0] for path in paths[at:at + BATCH]})
    return nodes


def finish(client, artifact_id, manifest):
    """-> seconds of the commit"""
    _, url = client.create_manifest(harness.TEAM, harness.PROJECT, artifact_id, wire.md5_base64(manifest))
    client.put(url, manifest)
    begun = time.monotonic()
    assert client.commit(artifact_id)["state"] == "COMMITTED"
    return time.monotonic() - begun


def log_first(client):
    files = described(CONTENTS)
    manifest, digest = wire.manifest_of(files)
    artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "again", digest, "first")
    manifest_id, _ = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"])
    nodes = name_files(client, artifact["id"], manifest_id, files)
    contents = [file_of(i) for i in range(CONTENTS)]
    for at in range(0, CONTENTS, BATCH):
        put_all(nodes[at:at + BATCH], contents[at:at + BATCH])
    finish(client, artifact["id"], manifest)
    return files, digest


def same_again(client, digest):
    times = []
    for number in range(AGAIN):
        begun = time.monotonic()
        artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "again", digest, f"same {number}")
        times.append(time.monotonic() - begun)
        assert artifact["state"] == "COMMITTED", artifact
    ms = 1000 * median(times)
    return Row(f"{CONTENTS} files, the same again: one mutation, p50", f"createArtifact, {AGAIN} times; seen by a Python client",
               f"{ms:.2f} ms", "-", "-", "< 1 ms", ms < 1)


def one_changed(client, server, files):
    files = dict(files)
    path = next(iter(files))
    files[path] = (wire.md5_base64(b"changed"), len(b"changed"))
    manifest, digest = wire.manifest_of(files)
    artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "again", digest, "changed")
    manifest_id, _ = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"])
    begun, cpu = time.monotonic(), harness.cpu_s(server.pid)
    for _ in range(NAMED):
        nodes = name_files(client, artifact["id"], manifest_id, files)
    took, cpu = (time.monotonic() - begun) / NAMED, (harness.cpu_s(server.pid) - cpu) / NAMED
    wanted = [node for node in nodes if node["uploadUrl"]]
    assert len(wanted) == 1, f"{len(wanted)} of {len(nodes)} files are to be sent"
    client.put(wanted[0]["uploadUrl"], b"changed")
    commit_s = finish(client, artifact["id"], manifest)
    return Row(f"{CONTENTS} files, one changed: files named per second of server CPU",
               f"createArtifactFiles by {BATCH}: {took:.2f} s with Python's part; commit {1000 * commit_s:.0f} ms",
               f"{CONTENTS / cpu:.0f} /s", "-", "-", ">= 150000", CONTENTS / cpu >= 150_000)


def long_manifest(options, registry):
    count = options.manifest_entries
    say(f"making a manifest of {count} entries")
    files = described(count)
    manifest, digest = wire.manifest_of(files)
    begun = time.monotonic()
    json.loads(manifest)
    floor = time.monotonic() - begun
    with registry.server() as server:
        client = wire.Wire(server.url, registry.key, timeout=600)
        artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "long", digest, "long")
        client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"])
        manifest_id, _ = client.create_manifest(harness.TEAM, harness.PROJECT, artifact["id"])
        name_files(client, artifact["id"], manifest_id, dict(list(files.items())[:CONTENTS]))
        before = harness.memory_mib(server.pid, "VmHWM")
        cpu = harness.cpu_s(server.pid)
        say("sending and committing it")
        commit_s = finish(client, artifact["id"], manifest)
        cpu = harness.cpu_s(server.pid) - cpu
        peak = harness.memory_mib(server.pid, "VmHWM")
        pages, after = [], None
        for _ in range(5):
            turn = time.monotonic()
            page = client.graphql(wire.FILES, entity=harness.TEAM, project=harness.PROJECT, collection="long", alias="latest",
                                  cursor=after, perPage=5000)["project"]["artifactCollection"]["artifactMembership"]["files"]
            pages.append(time.monotonic() - turn)
            after = page["pageInfo"]["endCursor"]
            assert len(page["edges"]) == 5000
        client.close()
    return [Row(f"manifest of {count} entries, commit", f"commitArtifact; {len(manifest) / 1e6:.0f} MB, {CONTENTS} different files; "
                f"server CPU with the upload {cpu:.1f} s", f"{commit_s:.2f} s", f"{floor:.2f} s json.loads", f"{commit_s / floor:.2f}",
                "<= 2.5 s a million", commit_s <= 2.5 * count / 1e6),
            Row(f"manifest of {count} entries, memory", f"VmHWM, more than before the upload ({before:.1f} MiB)",
                f"{peak - before:.1f} MiB", "-", "-", "<= 48 MiB", peak - before <= 48),
            Row(f"manifest of {count} entries, 5000 files with URLs", "median of the first 5 pages, read by Python",
                f"{1000 * median(pages):.0f} ms")]


def manifest_rows(options, registry):
    say(f"logging {CONTENTS} files, and again")
    with registry.server() as server:
        client = wire.Wire(server.url, registry.key, timeout=300)
        files, digest = log_first(client)
        rows = [same_again(client, digest), one_changed(client, server, files)]
        client.close()
    return rows + long_manifest(options, registry)
